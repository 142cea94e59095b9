#pragma once

#include <pqxx/pqxx>

#include "quarantine-store/directory.hpp"

namespace lazaret::store {

/// What listed_entry() reads: all entries that are not gone, for further conditions on e.
inline constexpr auto entry_columns = R"(
    select e.entry_id, e.tenant_id, e.owner, e.kind, e.sender, e.list_id, e.proof,
           lazaret.micros(e.expires), e.enabled, e.comment, e.origin, e.created_by,
           lazaret.micros(e.created), e.hits, lazaret.micros(e.last_hit),
           case when e.owner like 'account:%' then
               (select string_agg(a.address, ' ' order by a.address) from lazaret.address a
                where a.account_id = substr(e.owner, 9)::bigint and a.tenant_id = e.tenant_id) end
    from lazaret.list_entry e where not e.gone )";

ListedEntry listed_entry(const pqxx::row& row);

}  // namespace lazaret::store
