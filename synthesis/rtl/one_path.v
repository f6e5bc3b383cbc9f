// Addition in one path: align, add, count leading zeros, normalise, round. Two numbers a and b whose significands have
// INTEGER bits before the point: 1 <= a < 2^INTEGER, 1 <= b < 2. Exponents are signed and biased for the result.
module add_significands #(
    parameter EXPONENT = 8, parameter MANTISSA = 23, parameter INFINITIES = 1,
    parameter INTEGER = 1, parameter WIDTH = 24, parameter WIDE = 10
) (
    input a_sign, input signed [WIDE-1:0] a_exponent, input [WIDTH-1:0] a_significand, input a_zero,
    input b_sign, input signed [WIDE-1:0] b_exponent, input [WIDTH-1:0] b_significand, input b_zero,
    input infinity, input infinity_sign, input nan,
    output [EXPONENT+MANTISSA:0] word
);
    // Guard, round and sticky bits below; the carry is a further bit above.
    localparam EXTENDED = WIDTH + 3;
    localparam COUNT_BITS = $clog2(EXTENDED + 1);
    localparam PADDED = 1 << COUNT_BITS;
    localparam BELOW = EXTENDED - MANTISSA - 1;

    // Only the exponents decide which number is the larger one, so that nothing waits for the significands. Where b's
    // exponent is the larger, ~difference is one less than the distance, and the aligner shifts by one more.
    wire [WIDE:0] difference;
    adder #(.WIDTH(WIDE)) compare (.a(a_exponent), .b(~b_exponent), .carry_in(1'b1), .sum(difference));
    // The exponent of a product that is zero says nothing.
    wire swap = difference[WIDE-1] | a_zero;
    wire subtract = a_sign ^ b_sign;
    wire signed [WIDE-1:0] large_exponent = swap ? b_exponent : a_exponent;
    wire [WIDTH-1:0] large = swap ? b_significand : a_significand;
    wire [EXTENDED-1:0] small;
    align_smaller #(.WIDTH(WIDTH), .DISTANCE_BITS(WIDE - 1)) align (
        .a(a_significand), .b(b_significand), .align_a(swap & ~a_zero), .align_b(~swap & ~b_zero),
        .distance(difference[WIDE-2:0] ^ {(WIDE - 1){swap}}), .aligned(small));

    wire [EXTENDED:0] sum;
    adder #(.WIDTH(EXTENDED)) add (
        .a({large, 3'b000}), .b(small ^ {EXTENDED{subtract}}), .carry_in(subtract), .sum(sum));
    // Neighbours may give a negative difference. Its complement is one too small: where it is shifted, ones come in, and
    // rounding adds the one.
    wire negative = subtract & ~sum[EXTENDED];
    wire [EXTENDED:0] magnitude = {sum[EXTENDED] & ~subtract, sum[EXTENDED-1:0] ^ {EXTENDED{negative}}};

    wire [COUNT_BITS-1:0] zeros;
    wire any;
    leading_zeros #(.WIDTH(PADDED)) count (
        .word({magnitude, {(PADDED - EXTENDED - 1){1'b0}}}), .count(zeros), .any(any));
    wire [EXTENDED:0] normalised;
    shift_left #(.WIDTH(EXTENDED + 1), .BITS(COUNT_BITS)) normalise (
        .word(magnitude), .amount(zeros), .fill(negative), .shifted(normalised));
    wire signed [WIDE-1:0] highest_exponent = large_exponent + INTEGER;
    wire [WIDE:0] exponent;
    adder #(.WIDTH(WIDE)) lower (
        .a(highest_exponent), .b(~{{(WIDE - COUNT_BITS){1'b0}}, zeros}), .carry_in(1'b1), .sum(exponent));

    wire [MANTISSA-1:0] mantissa = normalised[EXTENDED-1:EXTENDED-MANTISSA];
    wire guard = normalised[BELOW];
    wire up = negative ? guard | (&normalised[BELOW-1:0] & mantissa[0])
        : guard & (|normalised[BELOW-1:0] | mantissa[0]);
    // One increment goes through mantissa and exponent.
    wire [WIDE+MANTISSA-1:0] rounded = {exponent[WIDE-1:0], mantissa} + up;
    wire [WIDE-1:0] final = rounded[WIDE+MANTISSA-1:MANTISSA];
    wire zero = ~any | (a_zero & b_zero);
    wire too_small = zero | final[WIDE-1] | ~|final;
    wire too_large = ~final[WIDE-1] & (|final[WIDE-2:EXPONENT]
        | (&final[EXPONENT-1:0] & (INFINITIES ? 1'b1 : &rounded[MANTISSA-1:0])));
    wire special = nan | infinity | (too_large & ~too_small);
    wire plain = ~special & ~too_small;
    assign word[EXPONENT+MANTISSA] =
        infinity ? infinity_sign : zero ? a_sign & b_sign : swap ^ negative ? b_sign : a_sign;
    assign word[EXPONENT+MANTISSA-1:MANTISSA] = (final[EXPONENT-1:0] & {EXPONENT{plain}}) | {EXPONENT{special}};
    assign word[MANTISSA-1:0] = (rounded[MANTISSA-1:0] & {MANTISSA{plain}})
        | (INFINITIES ? {nan, {(MANTISSA - 1){1'b0}}} : {MANTISSA{special}});
endmodule
