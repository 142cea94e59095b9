-- Messages that are empty, large, and odd get an answer.
local conn = open()
greet(conn)

send(conn, {"<ben@inbox.example>"}, letter("empty body"), nil)
not_held(conn, "an empty body")

local many = letter("many fields")
for at = 1, 2000 do table.insert(many, {"X-Field-" .. at, " " .. at}) end
send(conn, {"<ben@inbox.example>"}, many, "x\r\n")
not_held(conn, "many fields")
send(conn, {"<ben@inbox.example>"}, {{" ", ""}, {"\233", "\255"}}, "\1\255\r\n")
accepted(conn, "bytes that are no header")

-- Larger than memory_per_message (64 kB here) and than max_message (1 MB): into a file, held whole.
envelope(conn, {"<large@strict.example>"})
fields(conn, letter("large"))
local chunk = string.rep("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n", 1000)
for _ = 1, 40 do ok("body", mt.bodystring(conn, string.sub(chunk, 1, 64000))) end
finish(conn)
held(conn, "a large message", "<large@strict.example>")
mt.disconnect(conn)
