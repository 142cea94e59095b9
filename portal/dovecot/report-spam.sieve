# Run when mail comes into Junk: whoever moved it there says that it was spam.
require ["copy", "environment", "imapsieve", "variables", "vnd.dovecot.pipe"];

if environment :matches "imap.user" "*" {
    pipe :copy :try "lazaret-vote" ["spam", "${1}"];
}
