// Floating-point units for any width of exponent and mantissa; round to nearest, ties to even.
//
// A format is {sign, exponent, mantissa}; bias 2^(EXPONENT-1) - 1. Subnormal operands count as zero and subnormal
// results become zero. INFINITIES = 1: the largest exponent holds infinities and NaN, as in IEEE 754. INFINITIES = 0:
// only the word of all ones is NaN, and overflow gives NaN (E4M3 of the Open Compute Project's 8-bit formats).

// What kind of number a word holds.
module classify #(parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1) (
    input [EXPONENT+MANTISSA:0] word,
    output zero,
    output infinity,
    output nan
);
    wire [EXPONENT-1:0] exponent = word[EXPONENT+MANTISSA-1:MANTISSA];
    wire [MANTISSA-1:0] mantissa = word[MANTISSA-1:0];
    assign zero = ~|exponent;
    assign infinity = INFINITIES ? (&exponent & ~|mantissa) : 1'b0;
    assign nan = INFINITIES ? (&exponent & |mantissa) : (&exponent & &mantissa);
endmodule

// Rounds a normalised significand and packs the result. The exponent is biased for the result and may be out of range.
module round_and_pack #(
    parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1,
    parameter WIDTH = 27,           // of the significand; its top bit is one unless the value is zero
    parameter WIDE_EXPONENT = 10    // signed
) (
    input sign,
    input signed [WIDE_EXPONENT-1:0] exponent,
    input [WIDTH-1:0] significand,
    input zero,
    input infinity,
    input nan,
    output [EXPONENT+MANTISSA:0] word
);
    localparam LARGEST = (1 << EXPONENT) - 1;
    localparam CUT = WIDTH - 1 - MANTISSA;
    wire [MANTISSA:0] kept = significand[WIDTH-1:CUT];
    wire guard = significand[CUT-1];
    wire sticky;
    generate
        if (CUT > 1) begin : below
            assign sticky = |significand[CUT-2:0];
        end else begin : nothing_below
            assign sticky = 1'b0;
        end
    endgenerate
    wire up = guard & (sticky | kept[0]);
    wire [MANTISSA+1:0] rounded = kept + up;
    // The exponent with and without the carry of rounding, so that only the choice waits for it.
    wire signed [WIDE_EXPONENT-1:0] next_exponent = exponent + 1;
    wire carry = rounded[MANTISSA+1];
    wire [EXPONENT-1:0] final_exponent = carry ? next_exponent[EXPONENT-1:0] : exponent[EXPONENT-1:0];
    // After a carry the mantissa is all zero, so it needs no shift.
    wire [MANTISSA-1:0] mantissa = rounded[MANTISSA-1:0];
    wire too_small = zero | (carry ? next_exponent < 1 : exponent < 1);
    wire beyond = carry ? next_exponent > LARGEST : exponent > LARGEST;
    wire at_largest = carry ? next_exponent == LARGEST : exponent == LARGEST;
    wire too_large = beyond | (at_largest & (INFINITIES ? 1'b1 : &mantissa));
    wire special = nan | infinity | (too_large & ~too_small);
    wire [MANTISSA-1:0] special_mantissa =
        INFINITIES ? {nan, {(MANTISSA - 1){1'b0}}} : {MANTISSA{1'b1}};
    assign word[EXPONENT+MANTISSA] = sign;
    assign word[EXPONENT+MANTISSA-1:MANTISSA] =
        special ? {EXPONENT{1'b1}} : too_small ? {EXPONENT{1'b0}} : final_exponent;
    assign word[MANTISSA-1:0] = special ? special_mantissa : too_small ? {MANTISSA{1'b0}} : mantissa;
endmodule

// Adds two numbers: in one path, or, where TWO_PATH is defined, in two that work side by side.
module floating_adder #(parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1) (
    input [EXPONENT+MANTISSA:0] a,
    input [EXPONENT+MANTISSA:0] b,
    output [EXPONENT+MANTISSA:0] result
);
    localparam TOP = EXPONENT + MANTISSA;
    wire a_zero, a_infinity, a_nan, b_zero, b_infinity, b_nan;
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_a (
        .word(a), .zero(a_zero), .infinity(a_infinity), .nan(a_nan));
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_b (
        .word(b), .zero(b_zero), .infinity(b_infinity), .nan(b_nan));
    wire nan = a_nan | b_nan | (a_infinity & b_infinity & (a[TOP] ^ b[TOP]));
`ifdef TWO_PATH
    two_path_adder #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) core (
        .a(a), .b(b), .a_zero(a_zero), .b_zero(b_zero), .special(a_infinity | b_infinity | nan), .nan(nan),
        .result(result));
`else
    add_significands #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES),
        .INTEGER(1), .WIDTH(MANTISSA + 1), .WIDE(EXPONENT + 2)) core (
        .a_sign(a[TOP]), .a_exponent({2'b00, a[TOP-1:MANTISSA]}), .a_significand({1'b1, a[MANTISSA-1:0]}),
        .a_zero(a_zero),
        .b_sign(b[TOP]), .b_exponent({2'b00, b[TOP-1:MANTISSA]}), .b_significand({1'b1, b[MANTISSA-1:0]}),
        .b_zero(b_zero),
        .infinity(a_infinity | b_infinity), .infinity_sign(a_infinity ? a[TOP] : b[TOP]),
        .nan(nan), .word(result));
`endif
endmodule

module floating_multiplier #(parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1) (
    input [EXPONENT+MANTISSA:0] a,
    input [EXPONENT+MANTISSA:0] b,
    output [EXPONENT+MANTISSA:0] result
);
    localparam TOP = EXPONENT + MANTISSA;
    localparam BIAS = (1 << (EXPONENT - 1)) - 1;
    localparam PRODUCT = 2 * MANTISSA + 2;
    wire a_zero, a_infinity, a_nan, b_zero, b_infinity, b_nan;
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_a (
        .word(a), .zero(a_zero), .infinity(a_infinity), .nan(a_nan));
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_b (
        .word(b), .zero(b_zero), .infinity(b_infinity), .nan(b_nan));
    wire [PRODUCT-1:0] product;
    significand_multiplier multiply (
        .a({1'b1, a[MANTISSA-1:0]}), .b({1'b1, b[MANTISSA-1:0]}), .product(product));
    wire two_or_more = product[PRODUCT-1];
    wire signed [EXPONENT+1:0] exponent =
        {2'b00, a[TOP-1:MANTISSA]} + {2'b00, b[TOP-1:MANTISSA]} - BIAS + two_or_more;
    round_and_pack #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES),
        .WIDTH(PRODUCT), .WIDE_EXPONENT(EXPONENT + 2)) pack (
        .sign(a[TOP] ^ b[TOP]), .exponent(exponent),
        .significand(two_or_more ? product : {product[PRODUCT-2:0], 1'b0}),
        .zero(a_zero | b_zero), .infinity((a_infinity | b_infinity) & ~(a_zero | b_zero)),
        .nan(a_nan | b_nan | (a_infinity & b_zero) | (a_zero & b_infinity)), .word(result));
endmodule

// result = a b + c with one rounding: the product is exact. The exponents do not wait for it; it is left between one
// and four.
module floating_multiply_accumulate #(
    parameter EXPONENT = 8, parameter MANTISSA = 7, parameter INFINITIES = 1,
    parameter ACCUMULATOR_EXPONENT = 8, parameter ACCUMULATOR_MANTISSA = 23, parameter ACCUMULATOR_INFINITIES = 1
) (
    input [EXPONENT+MANTISSA:0] a,
    input [EXPONENT+MANTISSA:0] b,
    input [ACCUMULATOR_EXPONENT+ACCUMULATOR_MANTISSA:0] c,
    output [ACCUMULATOR_EXPONENT+ACCUMULATOR_MANTISSA:0] result
);
    localparam TOP = EXPONENT + MANTISSA;
    localparam C_TOP = ACCUMULATOR_EXPONENT + ACCUMULATOR_MANTISSA;
    localparam BIAS = (1 << (EXPONENT - 1)) - 1;
    localparam C_BIAS = (1 << (ACCUMULATOR_EXPONENT - 1)) - 1;
    localparam PRODUCT = 2 * MANTISSA + 2;
    localparam WIDTH = PRODUCT > ACCUMULATOR_MANTISSA + 2 ? PRODUCT : ACCUMULATOR_MANTISSA + 2;
    localparam WIDER = EXPONENT > ACCUMULATOR_EXPONENT ? EXPONENT : ACCUMULATOR_EXPONENT;
    localparam EXPONENT_BITS = WIDER + 2;
    wire a_zero, a_infinity, a_nan, b_zero, b_infinity, b_nan, c_zero, c_infinity, c_nan;
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_a (
        .word(a), .zero(a_zero), .infinity(a_infinity), .nan(a_nan));
    classify #(.EXPONENT(EXPONENT), .MANTISSA(MANTISSA), .INFINITIES(INFINITIES)) kind_of_b (
        .word(b), .zero(b_zero), .infinity(b_infinity), .nan(b_nan));
    classify #(.EXPONENT(ACCUMULATOR_EXPONENT), .MANTISSA(ACCUMULATOR_MANTISSA), .INFINITIES(ACCUMULATOR_INFINITIES)) kind_of_c (
        .word(c), .zero(c_zero), .infinity(c_infinity), .nan(c_nan));

    wire [PRODUCT-1:0] product;
    significand_multiplier multiply (
        .a({1'b1, a[MANTISSA-1:0]}), .b({1'b1, b[MANTISSA-1:0]}), .product(product));
    wire [EXPONENT_BITS-1:0] a_exponent = a[TOP-1:MANTISSA];
    wire [EXPONENT_BITS-1:0] b_exponent = b[TOP-1:MANTISSA];
    wire signed [EXPONENT_BITS-1:0] product_exponent = a_exponent + b_exponent + (C_BIAS - 2 * BIAS);
    wire product_sign = a[TOP] ^ b[TOP];
    wire product_infinity = a_infinity | b_infinity;
    wire product_nan = a_nan | b_nan | (a_infinity & b_zero) | (a_zero & b_infinity);

    wire [WIDTH-1:0] product_significand = {product, {WIDTH{1'b0}}} >> PRODUCT;
    // A product far below the smallest number leaves the accumulator as it is, even zero.
    wire [ACCUMULATOR_MANTISSA:0] c_word = {1'b1, c[ACCUMULATOR_MANTISSA-1:0]} & {(ACCUMULATOR_MANTISSA + 1){~c_zero}};
    wire [WIDTH-1:0] c_significand = {1'b0, c_word, {WIDTH{1'b0}}} >> (ACCUMULATOR_MANTISSA + 2);
    add_significands #(.EXPONENT(ACCUMULATOR_EXPONENT), .MANTISSA(ACCUMULATOR_MANTISSA), .INFINITIES(ACCUMULATOR_INFINITIES),
        .INTEGER(2), .WIDTH(WIDTH), .WIDE(EXPONENT_BITS)) core (
        .a_sign(product_sign), .a_exponent(product_exponent), .a_significand(product_significand),
        .a_zero(a_zero | b_zero),
        .b_sign(c[C_TOP]), .b_exponent({{(EXPONENT_BITS - ACCUMULATOR_EXPONENT){1'b0}}, c[C_TOP-1:ACCUMULATOR_MANTISSA]}),
        .b_significand(c_significand), .b_zero(c_zero),
        .infinity(product_infinity | c_infinity), .infinity_sign(c_infinity ? c[C_TOP] : product_sign),
        .nan(product_nan | c_nan | (product_infinity & c_infinity & (product_sign ^ c[C_TOP]))), .word(result));
endmodule
