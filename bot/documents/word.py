"""A Document as an editable DOCX, with one content control per blank, filled in by its tag."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from bot.logic.documents import (
    Blank,
    Block,
    Boxes,
    Bullets,
    ContactCard,
    Document,
    Heading,
    Paragraph,
    Phrases,
    Picture,
    Words,
    unbreakable,
)

_FONT = "Arial"  # on every machine: a reader without it would move every line
_BOX = "☐ "
_TICK, _CROSS = "✓ ", "✗ "
_TEXT_WIDTH = Mm(210 - 2 * 20)
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNUSED = ("/thumbnail", "/stylesWithEffects", "/customXml")
_FIRST_PART = "[Content_Types].xml"

# Size in points, bold, italic, space before and after in points.
_LOOKS = {
    "Normal": (11, False, False, 0, 5),
    "Title": (22, True, False, 0, 4),
    "Subtitle": (12, False, False, 0, 6),
    "Heading 1": (14, True, False, 16, 6),
    "Heading 2": (12, True, False, 10, 4),
    "Heading 3": (11, True, True, 8, 3),
    "List Bullet": (11, False, False, 0, 2),
    "List Number": (11, False, False, 0, 2),
    "Header": (9, False, False, 0, 0),
    "Footer": (9, False, False, 0, 0),
}


def render_word(document: Document, phrases: Phrases) -> bytes:
    """The DOCX of `document`, the same bytes for the same content.

    Each Blank is a block-level plain text content control (w:sdt): w:alias its title, w:tag its id, the placeholder
    shown (w:showingPlcHdr) until it is filled.
    """
    word = docx.Document()
    _lighten(word)
    _page(word)
    _styles(word, phrases)
    _properties(word, document, phrases)
    _edges(word, document, phrases)
    word.add_paragraph(unbreakable(document.title), style="Title")
    if document.subtitle:
        word.add_paragraph(unbreakable(document.subtitle), style="Subtitle")
    if document.usage:
        word.add_paragraph(style="Normal").add_run(unbreakable(document.usage)).italic = True
    for section in document.sections:
        heading = word.add_paragraph(unbreakable(section.title), style="Heading 1")
        heading.paragraph_format.page_break_before = True if section.verso else None
        for block in section.blocks:
            _block(word, block, phrases)
    _end(word, document, phrases)
    return _reproducible(word)


def _block(word: Any, block: Block, phrases: Phrases) -> None:
    if isinstance(block, Heading):
        word.add_paragraph(unbreakable(block.text), style=f"Heading {min(block.level, 3)}")
    elif isinstance(block, Paragraph):
        word.add_paragraph(unbreakable(block.text))
    elif isinstance(block, Bullets):
        _bullets(word, block)
    elif isinstance(block, Boxes):
        for item in block.items:
            line = word.add_paragraph(_BOX + unbreakable(item) + "\t")
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(6), Mm(-6)
            line.paragraph_format.tab_stops.add_tab_stop(_TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, 1)  # dotted
    elif isinstance(block, Picture):  # Word draws no SVG before 2016
        word.add_paragraph(block.text)
    elif isinstance(block, Words):
        _words(word, block, phrases)
    elif isinstance(block, Blank):
        _blank(word, block, phrases)
    else:
        _card(word, block)


def _bullets(word: Any, block: Bullets) -> None:
    """A list; the numbers are written out, for a second list of the same style would go on counting."""
    for number, item in enumerate(block.items, start=1):
        if block.numbered:
            line = word.add_paragraph(f"{number}. {unbreakable(item)}")
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(6), Mm(-6)
        else:
            word.add_paragraph(unbreakable(item), style="List Bullet")


def _words(word: Any, block: Words, phrases: Phrases) -> None:
    """A table of one or two columns whose first row says what they hold, on the page of what announces it."""
    if word.paragraphs and word.paragraphs[-1]._p is word.element.body[-2]:
        word.paragraphs[-1].paragraph_format.keep_with_next = True
    told = [(_TICK + phrases.say, block.say), (_CROSS + phrases.avoid, block.avoid)]
    columns = [(title, sentences) for title, sentences in told if sentences]
    table = word.add_table(rows=2, cols=len(columns), style="Table Grid")
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for column, (title, sentences) in enumerate(columns):
        table.cell(0, column).paragraphs[0].add_run(title).bold = True
        cell = table.cell(1, column)
        for place, sentence in enumerate(sentences):
            paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
            paragraph.add_run(unbreakable(sentence))
    for cell in table.rows[0].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(2)
    after = word.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(6)


def _blank(word: Any, block: Blank, phrases: Phrases) -> None:
    word.add_paragraph(unbreakable(block.title), style="Heading 2")
    if block.help:
        line = word.add_paragraph()
        line.add_run(unbreakable(block.help)).italic = True
        line.paragraph_format.keep_with_next = True
    control, properties, content = (OxmlElement(f"w:{name}") for name in ("sdt", "sdtPr", "sdtContent"))
    for name, value in (("alias", block.title), ("tag", block.id), ("id", str(zlib.crc32(block.id.encode()) >> 1))):
        properties.append(_with_value(name, value))
    properties.append(OxmlElement("w:showingPlcHdr"))
    text = OxmlElement("w:text")
    text.set(qn("w:multiLine"), "1")
    properties.append(text)
    paragraph = word.add_paragraph(style="Champ")
    paragraph.add_run(phrases.fill_in, style="Placeholder Text")
    control.append(properties)
    control.append(content)
    paragraph._p.addprevious(control)
    content.append(paragraph._p)


def _card(word: Any, block: ContactCard) -> None:
    word.add_paragraph(unbreakable(block.title), style="Contact")
    lines = [
        *((label, value, False) for label, value in block.lines),
        *([("", block.note, True)] if block.note else []),
    ]
    for place, (label, value, strong) in enumerate(lines):
        line = word.add_paragraph()
        line.paragraph_format.space_after = Pt(1)
        line.paragraph_format.keep_with_next = place < len(lines) - 1
        if label:
            line.add_run(unbreakable(f"{label} : ")).italic = True
        line.add_run(unbreakable(value)).bold = strong or None


def _end(word: Any, document: Document, phrases: Phrases) -> None:
    closing = word.add_paragraph()
    closing.paragraph_format.space_before = Pt(14)
    closing.add_run(unbreakable(phrases.closing)).bold = True
    reviewed = phrases.reviewed_line(document.reviewed_on)
    cited = f"{phrases.cited(document.sources)} ({reviewed})" if document.sources else reviewed
    word.add_paragraph().add_run(unbreakable(cited)).font.size = Pt(9)


def _page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(20), Mm(22)


def _lighten(word: Any) -> None:
    """Take away what python-docx's template brings along unused: table styles, a copy of all styles, a picture."""
    styles = word.styles.element
    for style in list(styles):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in ("TableNormal", "TableGrid"):
            styles.remove(style)
    for relations in (word.part.package.rels, word.part.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.endswith(_UNUSED):
                del relations[name]


def _styles(word: Any, phrases: Phrases) -> None:
    styles = word.styles
    for name, (size, bold, italic, before, after) in _LOOKS.items():
        style = styles[name]
        _letters(style, size, bold, italic)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    for spacing in list(styles["Subtitle"].element.iter(qn("w:spacing"))):
        if spacing.getparent().tag == qn("w:rPr"):
            spacing.getparent().remove(spacing)
    for border in styles["Title"].element.iter(qn("w:pBdr")):
        for side in border:
            side.set(qn("w:color"), "000000")
    field = styles.add_style("Champ", WD_STYLE_TYPE.PARAGRAPH)
    field.base_style = styles["Normal"]
    field.element.get_or_add_pPr().append(_frame())  # first: the schema wants it before the spaces
    field.paragraph_format.space_after = Pt(10)
    field.paragraph_format.left_indent = Mm(1)
    contact = styles.add_style("Contact", WD_STYLE_TYPE.PARAGRAPH)
    contact.base_style = styles["Normal"]
    contact.font.bold = True
    contact.paragraph_format.keep_with_next = True
    contact.paragraph_format.space_before, contact.paragraph_format.space_after = Pt(8), Pt(1)
    placeholder = styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER)
    placeholder.font.color.rgb = RGBColor(0x59, 0x59, 0x59)  # contrast 7:1 on white
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    for attribute in ("w:val", "w:eastAsia"):
        language.set(qn(attribute), phrases.language)


def _letters(style: Any, size: int, bold: bool, italic: bool) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = _FONT, Pt(size), bold, italic
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for attribute in list(fonts.attrib):
        if attribute.lower().endswith("theme"):
            del fonts.attrib[attribute]
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), _FONT)


def _frame() -> Any:
    """A thin line around a blank: it is seen on paper, empty or filled."""
    frame = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "4"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        frame.append(line)
    return frame


def _properties(word: Any, document: Document, phrases: Phrases) -> None:
    day = _midnight(document.reviewed_on)
    core = word.core_properties
    core.title, core.subject, core.language = document.title, document.subtitle, phrases.language
    core.author = core.last_modified_by = phrases.author
    core.comments = core.keywords = core.category = ""
    core.created = core.modified = day
    core.last_printed = day
    core.revision = 1


def _edges(word: Any, document: Document, phrases: Phrases) -> None:
    section = word.sections[0]
    word.styles["Footer"].paragraph_format.tab_stops.clear_all()
    section.header.paragraphs[0].text = unbreakable(document.title)
    footer = section.footer.paragraphs[0]
    footer.paragraph_format.tab_stops.add_tab_stop(_TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    footer.add_run(unbreakable(phrases.closing)).bold = True
    footer.add_run("\t")
    before, _, rest = phrases.page.partition("{page}")
    between, _, after = rest.partition("{total}")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        footer.add_run(text)
        if field:
            _field(footer, field)
    second = section.footer.add_paragraph(style="Footer")
    second.add_run(phrases.reviewed_line(document.reviewed_on))


def _field(paragraph: WordParagraph, name: str) -> None:
    """A number that the word processor computes."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _with_value(name: str, value: str) -> Any:
    element = OxmlElement(f"w:{name}")
    element.set(qn("w:val"), value)
    return element


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _reproducible(word: Any) -> bytes:
    """The saved file with a fixed date on each part."""
    saved, made = io.BytesIO(), io.BytesIO()
    word.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in sorted(parts.namelist(), key=lambda one: (one != _FIRST_PART, one)):
            entry = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, parts.read(name))
    return made.getvalue()
