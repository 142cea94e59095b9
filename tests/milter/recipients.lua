-- DELRCPT of one, of some and of all, with the address exactly as RCPT TO gave it.
local conn = open()
greet(conn)

send(conn, {"<Held@Strict.Example>"}, letter("all"), "x\r\n")
held(conn, "the only one", "<Held@Strict.Example>")

send(conn, {"<held@strict.example>", "<other@strict.example>"}, letter("both"), "x\r\n")
held(conn, "both", "<held@strict.example>")
held(conn, "both", "<other@strict.example>")
expect("it is not discarded", mt.getreply(conn) ~= SMFIR_DISCARD)

send(conn, {"<ben@inbox.example>", "held@strict.example", "<who@elsewhere.example>"}, letter("one"),
     "x\r\n")
held(conn, "the middle one, without brackets", "held@strict.example")
expect("the wanted one stays", not mt.eom_check(conn, MT_RCPTDELETE, "<ben@inbox.example>"))
expect("the stranger stays", not mt.eom_check(conn, MT_RCPTDELETE, "<who@elsewhere.example>"))

-- The same recipient twice is one copy.
send(conn, {"<twice@strict.example>", "<twice@strict.example>"}, letter("twice"), "x\r\n")
held(conn, "named twice", "<twice@strict.example>")

-- Addresses with other than ASCII, and malformed ones, are answered and not touched.
send(conn, {"<j\195\182rg@strict.example>"}, letter("utf-8"), "x\r\n", "<zo\195\171@partner.example>")
held(conn, "a UTF-8 address", "<j\195\182rg@strict.example>")
send(conn, {"<\233\255@strict.example>"}, letter("latin"), "x\r\n", "<\233@partner.example>")
held(conn, "eight bits that are no UTF-8", "<\233\255@strict.example>")
send(conn, {"<ben@b\195\188cher.example>"}, letter("idn"), "x\r\n")
not_held(conn, "an IDN that is not ours", "<ben@b\195\188cher.example>")
send(conn, {"<ben>", "<>", "<@@@>", "<\"a b\"@inbox.example>"}, letter("odd"), "x\r\n", "<>")
not_held(conn, "odd addresses and the null sender", "<ben>", "<>", "<@@@>", "<\"a b\"@inbox.example>")
mt.disconnect(conn)
