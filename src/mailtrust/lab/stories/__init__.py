"""Whole domains with real servers, one story a file: walked, planned, cured as the plan says, and walked again."""

from mailtrust.lab.stories import three_companies
from mailtrust.lab.stories.parts.story import Story

STORIES: tuple[Story, ...] = (three_companies.STORY, three_companies.WITH_RIGHT_NAME)


def stories_called(name: str) -> tuple[Story, ...]:
    """The stories of that id, or of a report's number; none where there is no such story."""
    return tuple(story for story in STORIES if name == story.id or name in story.also_called)
