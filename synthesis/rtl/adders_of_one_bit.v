// Full and half adder as logic, for architectures that leave their gates to the mapper.
// The compact architectures leave this file out and keep both as cells.

module full_adder (input a, input b, input c, output s, output co);
    wire propagate = a ^ b;
    assign s = propagate ^ c;
    assign co = (a & b) | (c & propagate);
endmodule

module half_adder (input a, input b, output s, output co);
    assign s = a ^ b;
    assign co = a & b;
endmodule
