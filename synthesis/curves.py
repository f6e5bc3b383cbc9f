def chain(points):
    """Points worth building, the slowest first: each faster one costs more area and more energy."""
    def cost(point):
        return point["area_nand2"] * energy(point)

    def energy(point):
        return point["settled"] + point["glitches_1"]

    useful = [p for p in points if not any(
        q is not p and q["depth_fo4"] <= p["depth_fo4"] and cost(q) <= cost(p) for q in points)]
    useful.sort(key=lambda p: -p["depth_fo4"])
    kept = []
    for p in useful:
        if not kept or (p["area_nand2"] >= kept[-1]["area_nand2"] and energy(p) >= energy(kept[-1])):
            kept.append(p)
    return kept
