# Run when mail leaves Junk for another folder: whoever moved it says that it was wanted. What goes
# into the bin is only put away, and what goes into another folder for junk is sorted. Such folders
# say so (RFC 6154), or have one of these names, in the languages of mail programs, somewhere in
# their path: INBOX.Trash, Trash/2026.
require ["copy", "environment", "imapsieve", "special-use", "variables", "vnd.dovecot.pipe"];

if environment :matches "imap.mailbox" "*" {
    if anyof (specialuse_exists "${1}" "\\Trash", specialuse_exists "${1}" "\\Junk") {
        stop;
    }
}
if environment :matches "imap.mailbox" [
    "*trash*", "deleted", "*.deleted", "*/deleted", "*deleted *", "*corbeille*", "*supprim*",
    "*papierkorb*", "*gel*scht*", "*papelera*", "*eliminad*", "*cestino*", "*eliminat*",
    "*prullenbak*", "*verwijderd*", "*usuni*", "*papirkurv*", "*slettede*", "kosz", "*.kosz",
    "*/kosz", "kosz.*", "kosz/*", "bin", "*.bin", "*/bin", "junk*", "*.junk*", "*/junk*", "spam*",
    "*.spam*", "*/spam*", "*pourriel*", "*ind*sirable*", "*unerw*nscht*", "*no deseado*", "*basura*",
    "*indesiderat*", "*ongewenst*", "*niechcian*", "*mieci*", "*u*nsket*"
] {
    stop;
}
if environment :matches "imap.user" "*" {
    pipe :copy :try "lazaret-vote" ["ham", "${1}"];
}
