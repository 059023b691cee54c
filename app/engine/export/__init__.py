"""What leaves a workspace for other programs: one file for each form. No input or output but of what the caller opened."""

from app.engine.export.analysis import activity_lines, alert_lines, analysis, coverage_span, event_detail, iso, story

__all__ = ["activity_lines", "alert_lines", "analysis", "coverage_span", "event_detail", "iso", "story"]
