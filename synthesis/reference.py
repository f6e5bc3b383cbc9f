"""What the circuits should compute, in exact integers, and the operands that they are simulated with."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A floating-point format as rtl/floating_point.v means it: no subnormals; E4M3 has no infinities."""

    exponent: int
    mantissa: int

    @property
    def infinities(self):
        return (self.exponent, self.mantissa) != (4, 3)

    @property
    def bits(self):
        return 1 + self.exponent + self.mantissa

    @property
    def bias(self):
        return (1 << (self.exponent - 1)) - 1

    def decode(self, word):
        """(kind, sign, significand, power of two); kinds are zero, number, infinity, nan."""
        fraction = word & ((1 << self.mantissa) - 1)
        exponent = (word >> self.mantissa) & ((1 << self.exponent) - 1)
        sign = word >> (self.bits - 1)
        ones = exponent == (1 << self.exponent) - 1
        if exponent == 0:
            return "zero", sign, 0, 0
        if ones and self.infinities:
            return ("nan" if fraction else "infinity"), sign, 0, 0
        if ones and fraction == (1 << self.mantissa) - 1:
            return "nan", sign, 0, 0
        return "number", sign, fraction | (1 << self.mantissa), exponent - self.bias - self.mantissa

    def special(self, sign, nan):
        top = ((1 << self.exponent) - 1) << self.mantissa
        fraction = 0 if self.infinities and not nan else (
            1 << (self.mantissa - 1) if self.infinities else (1 << self.mantissa) - 1)
        return sign << (self.bits - 1) | top | fraction

    def encode(self, sign, significand, power):
        """Rounds significand 2^power to nearest, ties to even; too small becomes zero."""
        excess = significand.bit_length() - 1 - self.mantissa
        if excess > 0:
            half, rest = 1 << (excess - 1), significand & ((1 << excess) - 1)
            significand >>= excess
            if rest > half or (rest == half and significand & 1):
                significand += 1
        else:
            significand <<= -excess
        power += excess
        if significand >> (self.mantissa + 1):
            significand, power = significand >> 1, power + 1
        exponent = power + self.mantissa + self.bias
        largest = (1 << self.exponent) - 1
        fraction = significand & ((1 << self.mantissa) - 1)
        if exponent < 1:
            return sign << (self.bits - 1)
        if exponent > largest or (exponent == largest and (self.infinities or fraction == (1 << self.mantissa) - 1)):
            return self.special(sign, False)
        return sign << (self.bits - 1) | exponent << self.mantissa | fraction

    def same(self, found, expected):
        """Equal words; the sign of NaN is nobody's business."""
        mask = (1 << (self.bits - 1)) - 1
        nan = self.decode(expected)[0] == "nan"
        return (found & mask == expected & mask) if nan else found == expected

    def from_float(self, value):
        numerator, denominator = abs(value).as_integer_ratio()
        return self.encode(int(value < 0), numerator, 1 - denominator.bit_length()) if numerator else 0


def product(a, b):
    kinds = {a[0], b[0]}
    sign = a[1] ^ b[1]
    if "nan" in kinds or kinds == {"infinity", "zero"}:
        return "nan", sign, 0, 0
    for kind in ("infinity", "zero"):
        if kind in kinds:
            return kind, sign, 0, 0
    return "number", sign, a[2] * b[2], a[3] + b[3]


def total(a, b):
    kinds = {a[0], b[0]}
    if "nan" in kinds or (a[0] == b[0] == "infinity" and a[1] != b[1]):
        return "nan", 0, 0, 0
    if "infinity" in kinds:
        return a if a[0] == "infinity" else b
    if kinds == {"zero"}:
        return "zero", a[1] & b[1], 0, 0
    if "zero" in kinds:
        return b if a[0] == "zero" else a
    power = min(a[3], b[3])
    value = sum((-1) ** x[1] * (x[2] << (x[3] - power)) for x in (a, b))
    return ("number", int(value < 0), abs(value), power) if value else ("zero", a[1] & b[1], 0, 0)


def pack(fmt, number):
    kind, sign, significand, power = number
    if kind == "number":
        return fmt.encode(sign, significand, power)
    return sign << (fmt.bits - 1) if kind == "zero" else fmt.special(sign, kind == "nan")


def signed(word, bits):
    return word - ((word >> (bits - 1)) << bits)


class Integers:
    """Operands of integer circuits: uniform words; a partial sum of 256 products for an accumulator."""

    def __init__(self, circuit):
        self.left, self.right = circuit["left"], circuit["right"]
        self.accumulator = circuit.get("accumulator", 0)
        self.operation = circuit["operation"]

    def widths(self):
        return {"a": self.left, "b": self.right} | ({"addend": self.accumulator} if self.accumulator else {})

    def draw(self, port, rng):
        if port != "addend":
            return rng.getrandbits(self.widths()[port])
        spread = min(self.left + self.right - 2 + 4, self.accumulator - 3)
        return round(rng.gauss(0.0, 0.33 * 2.0**spread)) & ((1 << self.accumulator) - 1)

    def expected(self, words):
        if self.operation == "add":
            return words["a"] + words["b"]
        value = signed(words["a"], self.left) * signed(words["b"], self.right)
        width = self.accumulator or self.left + self.right
        return (value + words.get("addend", 0)) & ((1 << width) - 1)

    def agrees(self, words, found):
        return self.expected(words) == found


class Floats:
    """Operands of floating-point circuits: standard normal; a partial sum of 128 products for an accumulator."""

    def __init__(self, circuit):
        self.format = Format(circuit["exponent"], circuit["mantissa"])
        self.operation = circuit["operation"]
        self.accumulate = self.operation == "multiply_accumulate"
        self.wide = Format(circuit["accumulator_exponent"], circuit["accumulator_mantissa"]) if self.accumulate else self.format

    def widths(self):
        return {"a": self.format.bits, "b": self.format.bits} | ({"c": self.wide.bits} if self.accumulate else {})

    def draw(self, port, rng):
        return self.wide.from_float(rng.gauss(0.0, 11.3)) if port == "c" else self.format.from_float(rng.gauss(0.0, 1.0))

    def expected(self, words):
        a, b = self.format.decode(words["a"]), self.format.decode(words["b"])
        if self.operation == "add":
            return pack(self.format, total(a, b))
        if self.operation == "multiply":
            return pack(self.format, product(a, b))
        return pack(self.wide, total(product(a, b), self.wide.decode(words["c"])))

    def agrees(self, words, found):
        return self.wide.same(found, self.expected(words))


def operands(circuit):
    return Floats(circuit) if "exponent" in circuit else Integers(circuit)


def sequence(circuit, count, activity):
    """Words by port of `count` operations in a row. Activities:

    random      all operands are new each time
    stationary  b stays (a weight in its register); the rest is new
    accumulate  the accumulator is the result before
    half_zero   half of the operands a are zero
    zero        a is always zero
    """
    source = operands(circuit)
    rng = random.Random(20240131)
    rows = []
    for at in range(count):
        words = {port: source.draw(port, rng) for port in source.widths()}
        if activity == "stationary" and at:
            words["b"] = rows[-1]["b"] if at % 16 else words["b"]
        if activity == "accumulate" and at:
            last = "addend" if "addend" in words else "c"
            words[last] = source.expected(rows[-1])
        if activity == "zero" or (activity == "half_zero" and rng.random() < 0.5):
            words["a"] = 0
        rows.append(words)
    return rows


def any_words(circuit, count):
    """Uniform words on all ports, infinities and NaN among them, to compare results with."""
    source = operands(circuit)
    rng = random.Random(7)
    return [{port: rng.getrandbits(width) for port, width in source.widths().items()} for _ in range(count)]


def neighbours(circuit, count):
    """Words whose sum cancels or nearly does, and ties of rounding: the last operand of a floating-point addition is the
    other, or the product, times a power of two close to one, with random lowest bits."""
    source = operands(circuit)
    if "exponent" not in circuit or circuit["operation"] == "multiply":
        return []
    rng = random.Random(11)
    rows = []
    for _ in range(count):
        words = {port: source.draw(port, rng) for port in source.widths()}
        last = "c" if source.accumulate else "b"
        a, b = source.format.decode(words["a"]), source.format.decode(words["b"])
        other = product(a, b) if source.accumulate else a
        if other[0] == "number":
            near = source.wide.encode(other[1] ^ (rng.random() < 0.8), other[2], other[3] + rng.randrange(-4, 5))
            words[last] = near ^ rng.getrandbits(rng.randrange(source.wide.mantissa + 1) or 1)
        rows.append(words)
    return rows
