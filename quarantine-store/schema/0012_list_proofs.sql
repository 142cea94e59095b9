-- An allow entry asks for what its sender had proved when it was made: base/records/proof.hpp has
-- the texts. An entry that is there stays as it is: 'any'.
alter table lazaret.list_entry drop constraint list_entry_proof_check;
-- It never counted without proof; now it says so.
update lazaret.list_entry set proof = 'any' where kind = 'allow' and proof = 'none';
alter table lazaret.list_entry
    add constraint list_entry_proof_check check (
        proof in ('none', 'any') or proof ~ '^(network|spf|dkim|dmarc)=[^[:space:]]+$'),
    add constraint list_entry_unproven_is_narrow check (
        proof not like 'network=%'
        or (kind = 'allow' and sender like '_%@_%' and expires is not null and isfinite(expires)));
