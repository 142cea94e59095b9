# Run when mail comes into Junk: whoever moved it there says that it was spam.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

if environment :matches "imap.user" "*" { set "user" "${1}"; }
pipe :copy :try "lazaret-vote" ["spam", "${user}"];
