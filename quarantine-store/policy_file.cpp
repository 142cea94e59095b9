#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>

#include "base/disk.hpp"
#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "quarantine-store/setting_values.hpp"

// The file: a line of magic, the body, and a BLAKE2b hash of both. Numbers stand as they do in
// memory: the file never leaves the machine, and one of another kind fails by its magic.
namespace lazaret::store {
namespace {

constexpr std::string_view magic = std::endian::native == std::endian::little
                                       ? "lazaret-policy-3 little\n"
                                       : "lazaret-policy-3 big\n";
// Before the schema's version 40 accounts stood under their address alone. A milter that was
// upgraded while the database is away, or not upgraded yet, starts with such a file.
constexpr std::string_view old_magic = std::endian::native == std::endian::little
                                           ? "lazaret-policy-2 little\n"
                                           : "lazaret-policy-2 big\n";
constexpr std::int64_t start_anew = -1;  // before all changes: the feed asks for everything
constexpr std::size_t hash_size = 32;

using Hash = std::array<unsigned char, hash_size>;

Hash hash_of(std::string_view bytes)
{
    Hash hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return hash;
}

class Writer {
public:
    template <class T>
    requires std::is_arithmetic_v<T>
    void put(T number)
    {
        char raw[sizeof number];
        std::memcpy(raw, &number, sizeof number);
        bytes_.append(raw, sizeof number);
    }
    void put(std::string_view text)
    {
        put(static_cast<std::uint32_t>(text.size()));
        bytes_.append(text);
    }
    std::string bytes_;
};

// What the bytes do not have makes it bad; a bad reader gives zeros and empty texts.
class Reader {
public:
    explicit Reader(std::string_view bytes) : left_{bytes} {}

    template <class T>
    T number()
    {
        T value{};
        const auto raw = take(sizeof value);
        if (raw.size() == sizeof value) std::memcpy(&value, raw.data(), sizeof value);
        return value;
    }
    std::string text() { return std::string{take(number<std::uint32_t>())}; }

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return good_ && left_.empty(); }

private:
    std::string_view take(std::size_t size)
    {
        good_ = good_ && size <= left_.size();
        if (!good_) return {};
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }

    std::string_view left_;
    bool good_ = true;
};

void put_entry(Writer& out, const ListEntry& entry)
{
    out.put(entry.id);
    out.put(entry.tenant);
    out.put(entry.owner.text());
    out.put(static_cast<std::uint8_t>(entry.kind));
    out.put(static_cast<std::uint8_t>(entry.sender.form));
    out.put(entry.sender.text);
    out.put(entry.list_id);
    out.put(entry.proof.text());
    out.put(entry.expires.has_value());
    if (entry.expires) out.put(std::int64_t{entry.expires->time_since_epoch().count()});
    out.put(entry.enabled);
}

// A proof that cannot be read lets nobody in: no client stands in the network without a name.
Proof proof_from(Reader& in) { return proof_of(in.text()).value_or(Proof::network({})); }

ListEntry entry_from(Reader& in)
{
    ListEntry entry;
    entry.id = in.number<std::int64_t>();
    entry.tenant = in.number<TenantId>();
    entry.owner = owner_of(in.text()).value_or(Owner::site());
    entry.kind = static_cast<ListKind>(in.number<std::uint8_t>());
    entry.sender.form = static_cast<SenderPattern::Form>(in.number<std::uint8_t>());
    entry.sender.text = in.text();
    entry.list_id = in.text();
    entry.proof = proof_from(in);
    if (in.number<bool>())
        entry.expires = Moment{std::chrono::microseconds{in.number<std::int64_t>()}};
    entry.enabled = in.number<bool>();
    return entry;
}

template <class Map, class PutValue>
void put_map(Writer& out, const Map& map, PutValue&& put_value)
{
    out.put(std::uint64_t{map.size()});
    map.each([&](const std::string& key, const auto& value) {
        out.put(key);
        put_value(value);
    });
}

template <class Read>
void each_of(Reader& in, Read&& read)
{
    for (auto left = in.number<std::uint64_t>(); left > 0 && in.good(); --left) read(in.text());
}

std::string body_of(const Policy& policy)
{
    Writer out;
    out.bytes_ = magic;
    out.put(policy.change);
    put_map(out, policy.domains, [&](TenantId tenant) { out.put(tenant); });
    put_map(out, policy.accounts, [&](AccountId account) { out.put(account); });
    put_map(out, policy.settings, [&](const ChosenSettings& chosen) {
        const auto values = values_of(chosen);
        out.put(std::uint64_t{values.size()});
        for (const auto& [name, value] : values) {
            out.put(name);
            out.put(value);
        }
    });
    put_map(out, policy.lists, [&](const std::vector<ListEntry>& entries) {
        out.put(std::uint64_t{entries.size()});
        for (const auto& entry : entries) put_entry(out, entry);
    });
    return std::move(out.bytes_);
}

std::optional<Policy> policy_from(std::string_view body)
{
    const bool is_old = body.starts_with(old_magic);
    if (!is_old && !body.starts_with(magic)) return std::nullopt;
    static_assert(magic.size() == old_magic.size());
    Reader in{body.substr(magic.size())};
    Policy policy;
    policy.change = in.number<std::int64_t>();
    if (is_old) policy.change = start_anew;
    each_of(in, [&](const std::string& name) { policy.domains.set(name, in.number<TenantId>()); });
    each_of(in, [&](const std::string& key) {
        const auto account = in.number<AccountId>();
        if (!is_old) return policy.accounts.set(key, account);
        const auto tenant = policy.tenant_of(key.substr(key.rfind('@') + 1));
        if (tenant) policy.accounts.set(account_key(*tenant, key), account);
    });
    each_of(in, [&](const std::string& owner) {
        SettingValues values;
        each_of(in, [&](const std::string& name) { values.emplace(name, in.text()); });
        policy.settings.set(owner, chosen_of(values));
    });
    each_of(in, [&](const std::string& key) {
        std::vector<ListEntry> entries;
        for (auto left = in.number<std::uint64_t>(); left > 0 && in.good(); --left)
            entries.push_back(entry_from(in));
        policy.lists.set(key, std::move(entries));
    });
    if (!in.at_end()) return std::nullopt;
    return policy;
}

std::optional<std::string> whole_file(const std::string& file)
{
    const FileDescriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status {};
    if (!in || ::fstat(in.get(), &status) != 0) return std::nullopt;
    std::string bytes(static_cast<std::size_t>(std::max<off_t>(0, status.st_size)), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::read(in.get(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

}  // namespace

void save_policy(const Policy& policy, const std::string& file)
{
    const auto body = body_of(policy);
    const auto hash = hash_of(body);
    replace_file(file, {body, {reinterpret_cast<const char*>(hash.data()), hash.size()}});
}

std::optional<Policy> load_policy(const std::string& file)
{
    const auto bytes = whole_file(file);
    if (!bytes) return std::nullopt;
    std::optional<Policy> policy;
    if (bytes->size() > hash_size) {
        const std::string_view body{bytes->data(), bytes->size() - hash_size};
        const auto hash = hash_of(body);
        if (std::memcmp(hash.data(), bytes->data() + body.size(), hash.size()) == 0)
            policy = policy_from(body);
    }
    if (!policy) log::warning("policy file damaged", {{"file", file}});
    return policy;
}

}  // namespace lazaret::store
