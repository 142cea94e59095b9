# Run when mail leaves Junk for another folder: whoever moved it says that it was wanted. What goes
# into the bin is only put away.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

if environment :matches "imap.mailbox" "*" { set "mailbox" "${1}"; }
if string :is "${mailbox}" ["Trash", "Deleted Items", "Deleted Messages"] { stop; }
if environment :matches "imap.user" "*" { set "user" "${1}"; }
pipe :copy :try "lazaret-vote" ["ham", "${user}"];
