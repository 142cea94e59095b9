-- MTAs that offer less than we would like.
local all_actions = SMFIF_ADDHDRS + SMFIF_CHGBODY + SMFIF_ADDRCPT + SMFIF_DELRCPT + SMFIF_CHGHDRS

local modern = open()
expect("the leading space is asked for", mt.test_option(modern, SMFIP_HDR_LEADSPC))
expect("header fields need no reply", mt.test_option(modern, SMFIP_NR_HDR))
expect("recipients may be taken off", mt.test_action(modern, SMFIF_DELRCPT))
expect("the body is not ours to change", not mt.test_action(modern, SMFIF_CHGBODY))
mt.disconnect(modern)

-- Protocol 2: no flag for leading spaces, each step is answered. It gives values without the space.
local old = open(all_actions, 0x7F)
greet(old)
expect("an answer to helo", mt.getreply(old) == SMFIR_CONTINUE)
envelope(old, {"<old@strict.example>"})
fields(old, {{"From", "Ada <ada@partner.example>"}, {"Subject", "without spaces"},
             {"Message-ID", "<old." .. name .. "@partner.example>"}})
ok("body", mt.bodystring(old, "x\r\n"))
finish(old)
held(old, "an old MTA", "<old@strict.example>")
mt.disconnect(old)
