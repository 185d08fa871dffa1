"""No work on a schedule fails silently, whatever part of the stage adds it."""

from tests.infra.synthesized import SynthesizedStage, text


def test_an_invocation_that_no_schedule_could_start_waits_in_a_watched_queue(stage: SynthesizedStage) -> None:
    schedules = stage.pipeline.of_type("AWS::Scheduler::Schedule")
    assert len(schedules) >= 3
    alarms = stage.pipeline.of_type("AWS::CloudWatch::Alarm").values()
    watched = {
        text(each["Value"]) for alarm in alarms for each in alarm.get("Dimensions", ()) if each["Name"] == "QueueName"
    }
    for name, schedule in schedules.items():
        target = schedule["Target"]
        assert text(target["DeadLetterConfig"]["Arn"]).replace(".Arn>", ".QueueName>") in watched, name
        assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}, name
