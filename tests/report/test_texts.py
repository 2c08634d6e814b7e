import re

from automl.report import html, texts

from .fixture import EVIL, binary, regression
from .pages import Page

LETTER = "It was late, and the parcel had been left in the rain. " * 20


def line(text=LETTER, target="No", prediction="Yes", probability=0.9712, row=17):
    return {"row": row, "text": text, "target": target, "prediction": prediction, "probability": probability}


def test_a_text_is_cut_between_words_and_told_with_what_it_was_taken_for():
    (wrong, right) = texts.lines([line(), line("Fine.\n\n Thanks", "No", "No", 0.5)])

    assert len(wrong["text"]) <= texts.LONGEST
    begun = wrong["text"].removesuffix("\N{HORIZONTAL ELLIPSIS}")
    assert LETTER.startswith(f"{begun} ")
    assert (wrong["row"], wrong["prediction"], wrong["target"], wrong["probability"]) == (
        "17",
        "Yes",
        "No",
        "97.1 %",
    )
    assert (wrong["right"], right["right"], right["text"]) == (False, True, "Fine. Thanks")


def test_images_and_what_is_no_text_are_left_out():
    assert texts.lines([{"path": "a.png", "thumbnail": "data:"}, None, {"text": 3}, line(" ")])[0]["text"] == "(empty)"
    assert len(texts.lines([line()] * 100)) == texts.SHOWN


def test_the_report_shows_texts_escaped_under_the_errors():
    page = html.render({**binary(), "media": {"examples": [line(), line(EVIL, EVIL, "No"), line(target="Yes")]}})
    found = Page(page)
    section = page[page.index('id="errors"') : page.index("Examples</h3>") + 6000]

    assert found.problems == found.handlers == []
    assert EVIL not in page
    assert "It was late, and the parcel" in section
    assert "first the mistakes it was surest of" in section
    assert "97.1\N{NO-BREAK SPACE}%" in section


def test_numbers_predicted_from_texts_have_no_probability():
    page = html.render({**regression(), "media": {"examples": [line(LETTER, 3.5, 1.25, None)]}})
    section = page[page.index("Examples</h3>") :].partition("</table>")[0]

    assert "those whose prediction is farthest off" in section
    assert "Probability" not in section
    assert all(figure in section for figure in ("3.5", "1.25"))
    assert not re.search("[✓✗]", section)
