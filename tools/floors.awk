#!/usr/bin/awk -f
# Checks the direction of includes: tools/floors.awk tools/floors SOURCE...
FILENAME == ARGV[1] {
    if ($0 ~ /^#/ || NF == 0)
        next
    floor++
    for (i = 1; i <= NF; i++) {
        if ($i == "ordered:") {
            ordered[floor] = 1
            continue
        }
        level[$i] = floor
        place[$i] = i
    }
    next
}
/^#include "[a-z]+\// {
    split(FILENAME, path, "/")
    split($2, quoted, /["\/]/)
    from = path[2]
    to = quoted[2]
    if (from == to || !(to in level))
        next
    if (!(from in level)) {
        print FILENAME ": folder " from " stands on no floor (tools/floors)"
        next
    }
    up = level[to] > level[from]
    beside = level[to] == level[from] && !(ordered[level[from]] && place[to] < place[from])
    if (up || beside)
        print FILENAME ":" FNR ": " from "/ may not include " to "/"
}
