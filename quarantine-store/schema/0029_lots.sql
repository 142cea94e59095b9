-- Which votes are held out, only chance says, and this database knows. By the digest alone a sender
-- could tell, who knows it before anybody else: he would write until no vote on his mail taught what
-- all share.

create table lazaret.lot (
    is_only boolean primary key default true check (is_only),
    secret bytea not null
);
insert into lazaret.lot (secret)
    values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- Votes that are there stay what they were.
alter table lazaret.vote
    alter column is_held_out drop expression,
    alter column is_held_out set default false;

-- The same for all votes on a message that come from now on: about one message in ten.
create function lazaret.draw_lot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    new.is_held_out := (select get_byte(sha256(l.secret || new.digest), 0) < 26
                        from lazaret.lot l);
    return new;
end $$;
create trigger lot_drawn before insert on lazaret.vote
    for each row execute function lazaret.draw_lot();
revoke all on function lazaret.draw_lot() from public;
