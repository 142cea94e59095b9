#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/list_entry.hpp"
#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Reads whom a command names: `*` (the site), `@example.org` (a domain), `tenant:3`, or an
/// address. Pure: whether it exists is asked later.
Result<Owner, AddressFault> parse_owner(std::string_view text);

/// A protected domain.
struct ProtectedDomain {
    std::string name;
    TenantId tenant = site_tenant;
    std::string tenant_name;
    Moment added;
};

/// One setting as it counts for somebody.
struct EffectiveSetting {
    std::string name;
    std::string value;
    std::optional<Owner> winner;  ///< whose choice it is; none: it is the default
};

/// The origin of entries that a link of the report made. What has another is not a link's to
/// change.
inline constexpr std::string_view made_by_link = "report";

/// The origin of entries that their owner made in his account.
inline constexpr std::string_view made_in_account = "account";

/// So many entries an owner may make himself, for his account and its addresses together: every
/// milter keeps them all.
inline constexpr int most_own_entries = 2'000;

/// Whether its owner may change an entry of this origin: what an administrator made he sees.
inline bool is_made_by_owner(std::string_view origin)
{
    return origin == made_by_link || origin == made_in_account;
}

/// A list entry as people see it.
struct ListedEntry {
    ListEntry entry;
    std::string owner_name;  ///< `*`, `@example.org`, `tenant:3`; address, or all of an account
    std::string comment;
    std::string origin;  ///< where it came from: `lazaretctl`, `report`, ...
    std::string created_by;
    Moment created;
    std::int64_t hits = 0;  ///< messages it decided; counted late
    std::optional<Moment> last_hit;
};

/// What is needed to make a list entry. An owner of level Address means the account of that
/// address, which is made when it has none yet; with `only_address` that address alone.
struct NewEntry {
    Owner owner{};
    bool only_address = false;
    ListKind kind = ListKind::Allow;
    SenderPattern sender{};
    std::string list_id{};            ///< newsletter: small letters, without brackets; or empty
    std::optional<Proof> proof{};     ///< none: Any for allow and newsletter, else Proof::none()
    std::optional<Moment> expires{};  ///< narrow entries: none means usual_unproven_life
    std::string comment{};
    std::string origin = "lazaretctl";
    /// The held copy that it was made from: to block its sender is a vote that it is spam, where
    /// the actor speaks for the owner. That vote goes with the entry.
    std::optional<Reference> copy{};
    /// Of that copy. Who has its recipient's domain since is another customer: for him no entry is
    /// made.
    std::optional<TenantId> tenant{};

    /// As ListEntry::is_narrow().
    [[nodiscard]] bool is_narrow() const { return proof && proof->kind == Proof::Kind::Network; }
};

/// What became of many entries.
struct EntriesMade {
    std::size_t standing = 0;  ///< made, renewed, or there already
    std::size_t too_many = 0;  ///< more than their owner may make
};

enum class DirectoryFault {
    NotProtected,  ///< the domain, or that of the address, is not one of ours
    NoTenant,      ///< there is no such tenant
    BadValue,      ///< a setting without that name, or a value it cannot have
    TooWide,       ///< an allow entry without proof that names more than one address
    TooLong,       ///< an allow entry without proof for more than longest_unproven_life
    TooMany,       ///< its owner has made as many as he may: most_own_entries
    Elsewhere,     ///< another tenant has the domain now: NewEntry::tenant
};
std::string_view sentence(DirectoryFault fault);

/// Domains, settings and lists: everything that a milter fetches by change number. Each change is
/// a transaction, is audited, and wakes the milters (NOTIFY lazaret_policy).
class Directory {
public:
    explicit Directory(Database& database) : database_{database} {}

    /// Protects domains, all or none; their tenant is found by name or made. The empty name is
    /// tenant "main".
    /// @return those that were not protected by this tenant already. One that was removed comes
    /// back with all under its old tenant only: under another one, which is another customer, it
    /// begins with nothing. Throws Error{Usage} where another tenant has one.
    std::vector<std::string> add_domains(const std::vector<std::string>& domains,
                                         const std::string& tenant, const Actor& actor);
    /// The same of one. @return false when it was protected already.
    bool add_domain(const std::string& domain, const std::string& tenant, const Actor& actor);
    /// Protects domains no longer, in one transaction. @return those that were protected.
    std::vector<std::string> remove_domains(const std::vector<std::string>& domains,
                                            const Actor& actor);
    /// The same of one. @return false when it was not protected.
    bool remove_domain(const std::string& domain, const Actor& actor);
    std::vector<ProtectedDomain> domains();

    /// What the owner chose itself.
    ChosenSettings chosen(const Owner& owner);
    /// Every setting as it counts for the owner, with whose choice it is.
    Result<std::vector<EffectiveSetting>, DirectoryFault> settings_of(const Owner& owner);
    /// The settings that count for one recipient; of a domain that is not ours those of the site.
    Settings settings_for(const Address& address);
    /// @return a sentence for a person when it cannot be done, else nothing.
    std::optional<std::string> set(const Owner& owner, const std::string& name,
                                   const std::string& value, const Actor& actor);
    /// @return false when the owner had not chosen it.
    bool unset(const Owner& owner, const std::string& name, const Actor& actor);
    /// Turns reports off for an account and for those of its addresses that chose otherwise, and
    /// notes that its owner is told once when mail is held for him after that.
    /// @return false when there is no such account.
    bool turn_reports_off(TenantId tenant, AccountId account, const Actor& actor);

    /// Makes an entry, or changes the one with the same owner, kind, sender and List-Id. One that
    /// counts stays as it is when its owner asks for it, if somebody else made it; and when a link
    /// does, if its owner made it and that adds nothing, or if it asks for proof and the new one
    /// could not: who gets forged mail must not lose his proof by allowing it.
    Result<ListedEntry, DirectoryFault> add_entry(const NewEntry& entry, const Actor& actor);
    /// The same for many, some in one transaction; what cannot be is left out.
    EntriesMade add_entries(std::span<const NewEntry> entries, const Actor& actor);
    /// All entries; of one owner, which for an address is its account and itself; of one kind.
    std::vector<ListedEntry> entries(const std::optional<Owner>& owner,
                                     std::optional<ListKind> kind);
    /// Those of an account, and of its addresses alone.
    std::vector<ListedEntry> entries_of_account(TenantId tenant, AccountId account);
    /// @param owner  as in entries(). @return how many entries (of any List-Id) went.
    std::size_t remove_entries(const Owner& owner, ListKind kind, const SenderPattern& sender,
                               const Actor& actor);
    bool remove_entry(std::int64_t id, const Actor& actor);
    bool enable_entry(std::int64_t id, bool enabled, const Actor& actor);

    /// The account of an address, made when it has none; by what the settings say of tags.
    Result<AccountId, DirectoryFault> account_of(const Address& address);

private:
    Database& database_;
};

}  // namespace lazaret::store
