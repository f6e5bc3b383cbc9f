// Addition in two paths side by side, each with one long shift. Near: a subtraction of numbers whose exponents differ by
// at most one, which may cancel; it is exact. Far: all else; it is normalised by one place at most and rounded within its
// addition. A path that is not needed has its operands held at zero.

// The absolute difference of neighbours, normalised.
module near_path #(parameter WIDTH = 24, parameter COUNT_BITS = 5) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input equal,      // exponents
    input a_larger,
    input b_larger,
    output [WIDTH:0] normalised,
    output [COUNT_BITS-1:0] zeros,
    output any,
    output negative
);
    localparam PADDED = 1 << COUNT_BITS;
    wire [WIDTH:0] large = {(a & {WIDTH{equal | a_larger}}) | (b & {WIDTH{b_larger}}), 1'b0};
    wire [WIDTH:0] small = ({b, 1'b0} & {(WIDTH + 1){equal}}) | ({1'b0, b} & {(WIDTH + 1){a_larger}})
        | ({1'b0, a} & {(WIDTH + 1){b_larger}});
    // End-around carry: large - small, or the complement of what is one too small.
    wire [WIDTH+1:0] difference;
    wire positive;
    late_carry_adder #(.WIDTH(WIDTH + 1)) subtract (
        .a(large), .b(~small), .carry_in(positive), .sum(difference), .early_carry(positive));
    assign negative = ~positive;
    wire [WIDTH:0] magnitude = difference[WIDTH:0] ^ {(WIDTH + 1){negative}};
    leading_zeros #(.WIDTH(PADDED)) count (
        .word({magnitude, {(PADDED - WIDTH - 1){1'b0}}}), .count(zeros), .any(any));
    shift_left #(.WIDTH(WIDTH + 1), .BITS(COUNT_BITS)) normalise (
        .word(magnitude), .amount(zeros), .fill(1'b0), .shifted(normalised));
endmodule

// Adds or subtracts and rounds in one addition. What is kept begins at the carry, at the top bit or one below it; then
// `below` is its last bit.
module far_path #(parameter WIDTH = 24) (
    input [WIDTH-1:0] large,
    input [WIDTH+2:0] small,    // with guard, round and sticky bits
    input subtract,
    output [WIDTH-1:0] sum,
    output below,
    output carry
);
    // The lowest bits of a difference, and whether they borrow nothing.
    wire sticky = small[0];
    wire round = small[1] ^ (subtract & sticky);
    wire guard = small[2] ^ (subtract & (small[1] | sticky));
    wire whole = ~|small[2:0];
    wire early_carry, early_top, carry_in, carry_out;
    wire [1:0] low;
    late_carry_adder #(.WIDTH(WIDTH)) add (
        .a(large), .b(small[WIDTH+2:3] ^ {WIDTH{subtract}}), .carry_in(carry_in), .sum({carry_out, sum}),
        .early_carry(early_carry), .early_top(early_top), .early_low(low));
    wire up_above = low[0] & (low[1] | ~whole);
    wire up = guard & (low[0] | round | sticky);
    wire up_below = round & (guard | sticky);
    assign carry_in = subtract ? whole | (early_top ? up : guard & up_below) : early_carry ? up_above : up;
    assign below = guard ^ up_below;
    // The carry out of a subtraction is always one.
    assign carry = carry_out & ~subtract;
endmodule

module two_path_adder #(parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1) (
    input [EXPONENT+MANTISSA:0] a,
    input [EXPONENT+MANTISSA:0] b,
    input a_zero,
    input b_zero,
    input special,
    input nan,
    output [EXPONENT+MANTISSA:0] result
);
    localparam TOP = EXPONENT + MANTISSA;
    localparam WIDTH = MANTISSA + 1;
    localparam COUNT_BITS = $clog2(WIDTH + 1);
    wire [EXPONENT-1:0] a_exponent = a[TOP-1:MANTISSA];
    wire [EXPONENT-1:0] b_exponent = b[TOP-1:MANTISSA];
    wire [WIDTH-1:0] a_significand = {1'b1, a[MANTISSA-1:0]};
    wire [WIDTH-1:0] b_significand = {1'b1, b[MANTISSA-1:0]};

    // Where b's exponent is the larger, the distance is one more.
    wire [EXPONENT:0] difference;
    adder #(.WIDTH(EXPONENT)) compare (.a(a_exponent), .b(~b_exponent), .carry_in(1'b1), .sum(difference));
    wire swap = ~difference[EXPONENT];
    wire [EXPONENT-1:0] distance = difference[EXPONENT-1:0] ^ {EXPONENT{swap}};
    wire subtract = a[TOP] ^ b[TOP];
    wire near = subtract & ~|distance[EXPONENT-1:1] & ~(swap & distance[0]) & ~a_zero & ~b_zero;
    // Equal exponents cancel for certain and need no far path.
    wire equal = near & ~swap & ~distance[0];

    wire [WIDTH:0] near_significand;
    wire [COUNT_BITS-1:0] zeros;
    wire any, negative;
    near_path #(.WIDTH(WIDTH), .COUNT_BITS(COUNT_BITS)) neighbours (
        .a(a_significand), .b(b_significand), .equal(equal), .a_larger(near & ~swap & distance[0]),
        .b_larger(near & swap), .normalised(near_significand), .zeros(zeros), .any(any), .negative(negative));

    wire [WIDTH+2:0] small;
    align_smaller #(.WIDTH(WIDTH), .DISTANCE_BITS(EXPONENT)) align (
        .a(a_significand), .b(b_significand), .align_a(swap & ~a_zero), .align_b(~equal & ~swap & ~b_zero),
        .distance(distance), .aligned(small));
    wire [WIDTH-1:0] large = (a_significand & {WIDTH{~swap & ~equal}}) | (b_significand & {WIDTH{swap}});
    wire [WIDTH-1:0] sum;
    wire below, carry;
    far_path #(.WIDTH(WIDTH)) others (
        .large(large), .small(small), .subtract(subtract & ~equal), .sum(sum), .below(below), .carry(carry));

    // The exponent of each way to normalise.
    wire [EXPONENT-1:0] exponent = swap ? b_exponent : a_exponent;
    wire [EXPONENT-1:0] next = exponent + 1;
    wire [EXPONENT-1:0] previous = exponent - 1;
    wire [EXPONENT:0] near_exponent;
    adder #(.WIDTH(EXPONENT)) lower (
        .a(exponent & {EXPONENT{near}}), .b(~{{(EXPONENT - COUNT_BITS){1'b0}}, zeros} & {EXPONENT{near}}),
        .carry_in(near), .sum(near_exponent));
    // Neighbours that did not cancel are rounded by the far path.
    wire cancelled = near & (zeros != 0 | ~any);
    wire near_fits = near_exponent[EXPONENT] & |near_exponent[EXPONENT-1:0] & any;
    wire take_near = cancelled & near_fits & ~special;
    wire far = ~cancelled & ~special & ~(a_zero & b_zero);
    wire take_above = far & carry;
    wire take_level = far & ~carry & sum[WIDTH-1];
    wire take_below = far & ~carry & ~sum[WIDTH-1] & |previous;
    wire too_large = take_above & (INFINITIES ? &next : &exponent);
    wire ones = special | too_large;

    wire zero = (a_zero & b_zero) | (equal & ~any);
    assign result[TOP] = zero ? a[TOP] & b[TOP] : (swap | equal & negative) ? b[TOP] : a[TOP];
    assign result[TOP-1:MANTISSA] = (next & {EXPONENT{take_above}}) | (exponent & {EXPONENT{take_level}})
        | (previous & {EXPONENT{take_below}}) | (near_exponent[EXPONENT-1:0] & {EXPONENT{take_near}})
        | {EXPONENT{ones}};
    wire [MANTISSA-1:0] mantissa = (sum[MANTISSA:1] & {MANTISSA{take_above & ~too_large}})
        | (sum[MANTISSA-1:0] & {MANTISSA{take_level}}) | ({sum[MANTISSA-2:0], below} & {MANTISSA{take_below}})
        | (near_significand[MANTISSA:1] & {MANTISSA{take_near}});
    assign result[MANTISSA-1:0] = mantissa | (INFINITIES ? {nan, {(MANTISSA - 1){1'b0}}} : {MANTISSA{ones}});
endmodule
