"""How a value that Intercom serves stands in a column, written down once more.

The comparer must not share a misunderstanding with the daemon, so this is its own reading of the
columns' comments and of what PostgreSQL can hold:

* text in PostgreSQL holds no U+0000 and no half of a surrogate pair: both are U+FFFD;
* a number or a truth value in a text column is its JSON text;
* nobody's id (0, "0", "", null) is NULL;
* times are seconds, or milliseconds where seconds would lie beyond the year 5138, or ISO 8601;
* what does not fit the column's type is NULL; `raw` still has it;
* jsonb holds any number exactly as `numeric` does, so numbers are compared by value, never as
  floating point.
"""

import datetime
import decimal
import json
import re

REPLACEMENT = "\ufffd"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
INTEGER = re.compile(r"-?\d+")
EXACT = decimal.Context(prec=2000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class Number:
    """A JSON number with its own spelling; equal by value."""

    def __init__(self, lexeme):
        self.lexeme = lexeme
        self.value = EXACT.create_decimal(lexeme)

    def __eq__(self, other):
        return isinstance(other, Number) and self.value == other.value

    def __hash__(self):
        return hash(self.value)

    def __repr__(self):
        return self.lexeme


ABSENT = object()


def storable(text):
    return UNSTORABLE.sub(REPLACEMENT, text)


def clean(value):
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): clean(one) for name, one in value.items()}
    return value


def parse(text):
    return clean(json.loads(text, parse_int=Number, parse_float=Number))


def member(document, path):
    """The value at "a.b.c", or ABSENT."""
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return ABSENT
        document = document[name]
    return document


# --- From JSON to what the column should hold ----------------------------------------------------
# Each returns the value, None for NULL, or ABSENT where the value does not fit.

def as_text(value):
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.lexeme if isinstance(value, Number) else ABSENT


def as_id(value):
    if isinstance(value, Number):
        return value.lexeme if INTEGER.fullmatch(value.lexeme) else ABSENT
    return value if isinstance(value, str) and value else ABSENT


def as_reference(value):
    if isinstance(value, Number) and value.lexeme == "0" or value in ("0", ""):
        return None
    return as_id(value)


def as_boolean(value):
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, Number) and value.lexeme in ("0", "1"):
        return value.lexeme == "1"
    return ABSENT


def as_decimal(value):
    if isinstance(value, Number):
        return value.value
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
        return EXACT.create_decimal(value)
    return ABSENT


def as_bigint(value):
    number = as_decimal(value)
    if number is ABSENT or abs(number) >= 2**63 and number != -(2**63):
        return ABSENT
    return int(number) if number == int(number) else ABSENT


SECONDS_MAX = 100_000_000_000
FIRST_MICROS = -210_866_803_200_000_000  # where timestamptz begins, 4713 BC


def as_micros(value):
    number = as_decimal(value)
    if number is not ABSENT:
        if abs(number) >= 10**19:
            return ABSENT
        micros = int(number * (1000 if abs(number) > SECONDS_MAX else 1_000_000))
    else:
        try:
            moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except (AttributeError, ValueError):
            return ABSENT
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        micros = since // datetime.timedelta(microseconds=1)
    return micros if FIRST_MICROS <= micros < 2**63 else ABSENT


CONVERSIONS = {
    "text": as_text,
    "id": as_id,
    "reference": as_reference,
    "boolean": as_boolean,
    "bigint": as_bigint,
    "numeric": as_decimal,
    "timestamp": as_micros,
    "jsonb": lambda value: value,
}


def expected(document, kind, path):
    """What the column of that kind should hold; of alternatives, the first that fits."""
    for alternative in path.split("|"):
        if alternative.startswith("="):
            return CONVERSIONS[kind](alternative[1:])
        value = document if alternative == "." else member(document, alternative)
        if value is None:
            return None
        if value is not ABSENT:
            converted = CONVERSIONS[kind](value)
            if converted is not ABSENT:
                return converted
    return None


# --- From SQL to something comparable ------------------------------------------------------------

def selection(column, kind):
    """The expression by which a column is read."""
    quoted = '"' + column + '"'
    return {
        "timestamp": f"(extract(epoch FROM {quoted}) * 1000000)::bigint",
        "numeric": f"{quoted}::text",
        "jsonb": f"{quoted}::text",
    }.get(kind, quoted)


def stored(value, kind):
    if value is None:
        return None
    if kind == "numeric":
        return EXACT.create_decimal(value)
    return parse(value) if kind == "jsonb" else value
