// Logic around the flip-flops of a register file: read ports, write ports, pointers of a first-in first-out queue.
// The flip-flops are not here: what they hold comes in as `store`, and what they should take goes out.

// Read port: each word passes its bits when the decoder selects it; the passed words are ORed.
module read_and_or #(parameter WORDS = 4, parameter BITS = 8, parameter ADDRESS = $clog2(WORDS)) (
    input [WORDS*BITS-1:0] store,
    input [ADDRESS-1:0] address,
    output reg [BITS-1:0] data
);
    integer w;
    always @* begin
        data = 0;
        for (w = 0; w < WORDS; w = w + 1)
            data = data | (store[w*BITS +: BITS] & {BITS{address == w}});
    end
endmodule

// Read port: a tree of multiplexers. The first level, which has the most, follows the highest bit of the address,
// which changes least when words are read in order. A word without a partner passes.
module read_multiplexer #(parameter WORDS = 4, parameter BITS = 8, parameter ADDRESS = $clog2(WORDS)) (
    input [WORDS*BITS-1:0] store,
    input [ADDRESS-1:0] address,
    output [BITS-1:0] data
);
    localparam HALF = 1 << (ADDRESS - 1);
    wire [HALF*BITS-1:0] chosen;
    genvar w;
    generate
        for (w = 0; w < HALF; w = w + 1) begin : pairs
            if (w + HALF < WORDS)
                assign chosen[w*BITS +: BITS] =
                    address[ADDRESS-1] ? store[(w + HALF)*BITS +: BITS] : store[w*BITS +: BITS];
            else
                assign chosen[w*BITS +: BITS] = store[w*BITS +: BITS];
        end
        if (ADDRESS == 1) begin : last
            assign data = chosen;
        end else begin : rest
            read_multiplexer #(.WORDS(HALF), .BITS(BITS)) levels (
                .store(chosen), .address(address[ADDRESS-2:0]), .data(data));
        end
    endgenerate
endmodule

// Write ports of words with a clock gate each: `word_enable` opens it.
//
// ISOLATED 0: the data reach the flip-flops of all words, whether they take them or not; a further port's data come in
// where it writes. 1: only the words that are written see data, the others zeros.
module write_gated #(
    parameter WORDS = 4, parameter BITS = 8, parameter PORTS = 1, parameter ISOLATED = 0,
    parameter ADDRESS = $clog2(WORDS)
) (
    input [PORTS-1:0] enable,
    input [PORTS*ADDRESS-1:0] address,
    input [PORTS*BITS-1:0] data,
    output [WORDS-1:0] word_enable,
    output [WORDS*BITS-1:0] word_data
);
    // Flip-flops behind a buffer of drive 2.
    localparam GROUP = 12;
    genvar w, b;
    generate
        for (w = 0; w < WORDS; w = w + 1) begin : words
            reg [PORTS-1:0] hit;
            reg [BITS-1:0] value;
            integer p;
            always @* begin
                for (p = 0; p < PORTS; p = p + 1)
                    hit[p] = enable[p] & (address[p*ADDRESS +: ADDRESS] == w);
                value = ISOLATED ? 0 : data[0 +: BITS];
                for (p = 0; p < PORTS; p = p + 1)
                    if (ISOLATED)
                        value = value | (data[p*BITS +: BITS] & {BITS{hit[p]}});
                    else if (p > 0)
                        value = hit[p] ? data[p*BITS +: BITS] : value;
            end
            assign word_enable[w] = |hit;
            if (ISOLATED || PORTS > 1) begin : own
                assign word_data[w*BITS +: BITS] = value;
            end
        end
        if (!ISOLATED && PORTS == 1) begin : broadcast
            for (w = 0; w < WORDS; w = w + GROUP) begin : groups
                wire [BITS-1:0] buffered;
                for (b = 0; b < BITS; b = b + 1) begin : bits
                    BUF_X2 driver (.a(data[b]), .y(buffered[b]));
                end
                assign word_data[w*BITS +: (WORDS - w < GROUP ? WORDS - w : GROUP)*BITS] =
                    {(WORDS - w < GROUP ? WORDS - w : GROUP){buffered}};
            end
        end
    endgenerate
endmodule

// Write ports of words whose clock runs: a multiplexer at each flip-flop keeps or takes.
module write_multiplexer #(
    parameter WORDS = 4, parameter BITS = 8, parameter PORTS = 1, parameter ADDRESS = $clog2(WORDS)
) (
    input [PORTS-1:0] enable,
    input [PORTS*ADDRESS-1:0] address,
    input [PORTS*BITS-1:0] data,
    input [WORDS*BITS-1:0] store,
    output reg [WORDS*BITS-1:0] word_data
);
    integer w, p;
    always @* begin
        word_data = store;
        for (w = 0; w < WORDS; w = w + 1)
            for (p = 0; p < PORTS; p = p + 1)
                if (enable[p] & (address[p*ADDRESS +: ADDRESS] == w))
                    word_data[w*BITS +: BITS] = data[p*BITS +: BITS];
    end
endmodule

// Pointers of a first-in first-out queue of any number of words. The top bit of a pointer changes when it wraps:
// equal words are empty with equal top bits and full with different ones.
module queue_pointers #(parameter WORDS = 4, parameter ADDRESS = $clog2(WORDS)) (
    input [ADDRESS:0] head,
    input [ADDRESS:0] tail,
    input push,
    input pop,
    output [ADDRESS:0] next_head,
    output [ADDRESS:0] next_tail,
    output empty,
    output full
);
    wire same = head[ADDRESS-1:0] == tail[ADDRESS-1:0];
    assign empty = same & (head[ADDRESS] == tail[ADDRESS]);
    assign full = same & (head[ADDRESS] != tail[ADDRESS]);
    wire head_wraps = head[ADDRESS-1:0] == WORDS - 1;
    wire tail_wraps = tail[ADDRESS-1:0] == WORDS - 1;
    wire [ADDRESS:0] after_head = head_wraps ? {~head[ADDRESS], {ADDRESS{1'b0}}} : head + 1'b1;
    wire [ADDRESS:0] after_tail = tail_wraps ? {~tail[ADDRESS], {ADDRESS{1'b0}}} : tail + 1'b1;
    assign next_head = (pop & ~empty) ? after_head : head;
    assign next_tail = (push & ~full) ? after_tail : tail;
endmodule
