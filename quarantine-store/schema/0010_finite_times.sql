-- A time without end, as only a hand at the database writes it, has no number of microseconds: one
-- such row made every page and list that showed it fail.

-- Travels as the first or last moment of the years 1 to 9999, which is what people can be shown.
create or replace function lazaret.micros(at timestamptz) returns bigint
    language sql stable strict parallel safe
    return case when at < '0001-01-01 00:00:00+00'::timestamptz then -62135596800000000
                when at >= '10000-01-01 00:00:00+00'::timestamptz then 253402300799999999
                else (extract(epoch from at) * 1000000)::bigint end;

-- What is held counts as received now, so that its reader hears of it.
update lazaret.held_copy
    set received = case when isfinite(received) then received else now() end,
        claimed = case when isfinite(claimed) then claimed when claimed is not null then now() end,
        back_at = case when isfinite(back_at) then back_at end,
        changed = case when isfinite(changed) then changed when changed is not null then now() end
    where not (isfinite(received) and coalesce(isfinite(claimed), true)
               and coalesce(isfinite(back_at), true) and coalesce(isfinite(changed), true));
alter table lazaret.held_copy add constraint held_copy_finite_times
    check (isfinite(received) and isfinite(claimed) and isfinite(back_at) and isfinite(changed));
