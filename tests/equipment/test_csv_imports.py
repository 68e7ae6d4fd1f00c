"""Reading CSV files, in which every line stands or falls by itself."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.refusals import Wrong
from equipment.csv_imports import Reading, read_table

HEADER = "sku,name,price\n"

# What a sound cell may hold: anything that is no formula, no NUL, and not trimmed away.
CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
).filter(lambda text: text.strip()[:1] not in {"=", "+", "-", "@"} and text[:1] not in {"\t", "\r"})


def read(content: str) -> Reading:
    """Read a file of three columns, one of them optional."""
    return read_table(content, required=["sku", "name"], optional=["price"], texts=["sku", "name"])


def numbers(reading: Reading) -> tuple[list[int], list[int]]:
    """The lines that are sound, and those that are not."""
    return [line.number for line in reading.lines], [each.line for each in reading.rejected]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.booleans())
def test_whatever_is_written_is_read_back(rows: list[tuple[str, str, str]], quoted: bool) -> None:  # noqa: FBT001 - drawn
    """Quotes, commas, line breaks and all, as any program would write them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([("sku", "name", "price"), *rows])
    reading = read(out.getvalue())
    kept = [tuple(cell.strip() for cell in row) for row in rows]
    assert [tuple(line.cells.values()) for line in reading.lines] == [
        row for row in kept if any(row)
    ]
    assert reading.rejected == []


@given(st.text(max_size=200))
def test_any_text_after_the_header_is_judged_line_by_line(text: str) -> None:
    """No input is an error, and every line's number lies in the file."""
    content = HEADER + text
    sound, bad = numbers(read(content))
    lines = content.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(2 <= number <= lines for number in [*sound, *bad])
    assert len({*sound, *bad}) == len(sound) + len(bad)


@pytest.mark.parametrize(
    ("body", "sound", "bad"),
    [
        ("", [], []),
        ("A,a,1", [2], []),
        ("A,a,1\r\nB,b,2\r\n", [2, 3], []),
        ("A,a,1\rB,b,2\r", [2, 3], []),
        ("\n , ,\nA,a,1\n", [4], []),
        # A record is numbered by the line it starts on.
        ('A,"two\nlines",1\nB,b,2\n', [2, 4], []),
        ('A,"two\nlines",1,4\nB,b,2\n', [4], [2]),
        ("A,a\nB,b,2\n", [3], [2]),
        ("A,a,1,\nB,b,2\n", [3], [2]),
        # One forgotten quotation mark spoils its own line only.
        ('A,"a,1\nB,b,2\nC,c,3', [3, 4], [2]),
        ('A,"a,1\nB,"b,2\nC,c,3', [4], [2, 3]),
        ('A,"a,1\nB,"b, too",2\nC,c,3', [3, 4], [2]),
        ('A,"a" b,1\nB,b,2\n', [3], [2]),
        ('A,a 6" bed,1\nB,b,2\n', [2, 3], []),
        ("A,a\0,1\nB,b,2\n", [3], [2]),
        ("A,caf\udce9,1\nB,b,2\n", [3], [2]),
        ("A,=cmd(),1\nB,b,=2\n", [3], [2]),
        ("A, +a,1\n-B,b,2\nC,@c,3\n", [], [2, 3, 4]),
        ("A,\ta,1\nB,b,2\n", [3], [2]),
        ('A,"\ra",1\nB,b,2\n', [4], [2]),
        ("A," + "a" * 140_000 + ",1\nB,b,2\n", [3], [2]),
    ],
)
def test_a_bad_line_never_stops_the_good_ones(body: str, sound: list[int], bad: list[int]) -> None:
    """Each case: the lines that are read, and those that are refused."""
    assert numbers(read(HEADER + body)) == (sound, bad)


def test_a_field_that_is_too_long_is_called_so() -> None:
    """And not blamed on quotation marks that it does not have."""
    reading = read(HEADER + "A," + "a" * 140_000 + ",1\n")
    assert [each.error for each in reading.rejected] == [
        "It has a field of more than 131,072 characters."
    ]


def test_a_quotation_mark_is_not_looked_for_without_end() -> None:
    """Lines that could each reach to the end of the file take no more than a bounded look."""
    reading = read(HEADER + 'x","y\n' * 50_000)
    assert len(reading.rejected) == 50_000


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("sku,name", ("sku", "name")),
        ("\ufeffsku,name", ("sku", "name")),
        (' SKU ,"Name",colour,colour,price', ("sku", "name", "price")),
        ("\n\nname,sku", ("name", "sku")),
    ],
)
def test_a_header_is_read_with_some_goodwill(header: str, columns: tuple[str, ...]) -> None:
    """Case, blanks, a byte order mark, order and unknown columns make no difference."""
    assert read(header).columns == columns


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("", ["sku", "name"]),
        ("sku;name", ["sku", "name"]),
        ('"sku,name', ["sku", "name"]),
        ("sku", ["name"]),
        ("sku,name,sku", ["sku"]),
        ("sku,price,name,price", ["price"]),
        ("name,name", ["sku", "name"]),
    ],
)
def test_a_header_that_will_not_do_names_the_columns(header: str, fields: list[str]) -> None:
    """Missing or there twice."""
    with pytest.raises(Wrong) as refusal:
        read(header + "\nA,a,1")
    assert [fault.field for fault in refusal.value.faults] == fields


def test_a_file_beyond_all_measure_is_refused_whole() -> None:
    """It would be read in parts."""
    with pytest.raises(Wrong):
        read(HEADER + "\n" * 200_001)
