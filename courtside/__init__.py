"""Courtside: drift checks, retraining, a gate and a registry that look after a small team's models.

The folders are the architecture; each may import only what stands to its right
(``make check`` enforces it)::

    cli → local → bootstrap → adapters → workflows → datasets → core → contracts
"""
