"""The model card and its plots: plain functions of `ModelCard`, in the look of the drift report."""

from courtside.core.model_card.facts import curves
from courtside.core.model_card.markdown import render_markdown, render_summary
from courtside.core.model_card.multiclass import class_curves
from courtside.core.model_card.page import render_page
from courtside.core.model_card.plots import plot_files
from courtside.core.model_card.regression import value_curves

__all__ = ["class_curves", "curves", "plot_files", "render_markdown", "render_page", "render_summary", "value_curves"]
