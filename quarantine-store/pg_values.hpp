#pragma once

#include <libpq-fe.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "base/text.hpp"

/// How our values travel to and from PostgreSQL, and the one place that knows what differs between
/// libpqxx 6.4 (Debian 12: no optional, no string_view, no bytes but binarystring) and 7.10
/// (Debian 13: exec_params and binarystring are deprecated).
namespace lazaret::store {

/// Bytes for a bytea parameter; borrowed.
struct Bytes {
    std::string_view bytes;
};

inline Bytes bytes_of(const Digest& digest)
{
    return {{reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()}};
}

/// A moment as the microseconds that lazaret.moment() takes.
inline std::int64_t micros(Moment moment) { return moment.time_since_epoch().count(); }

// What libpqxx takes for each kind of value. A null `const char*` is NULL, in both versions.
template <class T>
requires std::is_arithmetic_v<T> T as_parameter(T value) { return value; }
inline const std::string& as_parameter(const std::string& value) { return value; }
inline std::string as_parameter(std::string_view value) { return std::string{value}; }
inline const char* as_parameter(const char* value) { return value; }
inline const char* as_parameter(const std::optional<std::string>& value)
{
    return value ? value->c_str() : nullptr;
}
#if PQXX_VERSION_MAJOR < 7
inline pqxx::binarystring as_parameter(Bytes value)
{
    return {value.bytes.data(), value.bytes.size()};
}
#else
inline auto as_parameter(Bytes value)
{
    return pqxx::binary_cast(value.bytes.data(), value.bytes.size());
}
#endif

/// What went wrong, as rows keep it: valid UTF-8 of at most 500 bytes.
inline std::string kept_error(std::string_view error)
{
    return std::string{cut_utf8(valid_utf8(error), 500)};
}

/// A statement put together from its parts.
inline std::string statement_of(std::initializer_list<std::string_view> parts)
{
    std::string all;
    for (const auto part : parts) all += part;
    return all;
}

/// Runs one statement with its parameters: `$1`, `$2`, ...
template <class Transaction, class... Values>
pqxx::result run(Transaction& transaction, const char* statement, const Values&... values)
{
#if PQXX_VERSION_MAJOR < 7
    return transaction.exec_params(statement, as_parameter(values)...);
#else
    return transaction.exec(statement, pqxx::params{as_parameter(values)...});
#endif
}

/// The same for as many values as there are, each a text.
template <class Transaction>
pqxx::result run_with(Transaction& transaction, const std::string& statement,
                      const std::vector<std::string>& values)
{
#if PQXX_VERSION_MAJOR < 7
    return transaction.exec_params(statement, pqxx::prepare::make_dynamic_params(values));
#else
    pqxx::params all;
    for (const auto& one : values) all.append(one);
    return transaction.exec(statement, all);
#endif
}

/// Runs a statement that the connection has prepared under a name.
template <class Transaction, class... Values>
pqxx::result run_prepared(Transaction& transaction, const char* name, const Values&... values)
{
#if PQXX_VERSION_MAJOR < 7
    return transaction.exec_prepared(name, as_parameter(values)...);
#else
    return transaction.exec(pqxx::prepped{name}, pqxx::params{as_parameter(values)...});
#endif
}

/// The same for as many values as there are, each a text.
template <class Transaction>
pqxx::result run_prepared_with(Transaction& transaction, const std::string& name,
                               const std::vector<std::string>& values)
{
#if PQXX_VERSION_MAJOR < 7
    return transaction.exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
#else
    pqxx::params all;
    for (const auto& one : values) all.append(one);
    return transaction.exec(pqxx::prepped{name}, all);
#endif
}

/// The text of a field; empty when it is NULL.
inline std::string text(const pqxx::field& field)
{
    return field.is_null() ? std::string{} : std::string{field.c_str(), field.size()};
}

template <class T>
T value(const pqxx::field& field)
{
    return field.as<T>();
}

/// A field that may be NULL.
template <class T>
std::optional<T> maybe(const pqxx::field& field)
{
    if (field.is_null()) return std::nullopt;
    return field.as<T>();
}

/// A field made by lazaret.micros().
inline Moment moment(const pqxx::field& field)
{
    return Moment{std::chrono::microseconds{field.as<std::int64_t>()}};
}

inline std::optional<Moment> maybe_moment(const pqxx::field& field)
{
    if (field.is_null()) return std::nullopt;
    return moment(field);
}

/// A field that counts days since 1970: `expires - date '1970-01-01'`.
inline Day day(const pqxx::field& field) { return Day{std::chrono::days{field.as<int>()}}; }

/// The bytes of a bytea field, whichever way the server wrote them.
inline std::string raw_bytes(const pqxx::field& field)
{
    std::size_t length = 0;
    const std::unique_ptr<unsigned char, decltype(&PQfreemem)> raw{
        PQunescapeBytea(reinterpret_cast<const unsigned char*>(field.c_str()), &length),
        &PQfreemem};
    if (!raw) throw std::bad_alloc{};
    return {reinterpret_cast<const char*>(raw.get()), length};
}

/// A field with a Digest's bytes.
inline Digest digest_in(const pqxx::field& field)
{
    Digest digest;
    const auto raw = raw_bytes(field);
    std::copy_n(raw.begin(), std::min(raw.size(), digest.bytes.size()), digest.bytes.begin());
    return digest;
}

/// Listens on a channel for as long as it lives, for pqxx::connection::await_notification. Must
/// not outlive the connection.
#if PQXX_VERSION_MAJOR < 7
class Listener final : public pqxx::notification_receiver {
public:
    Listener(pqxx::connection& connection, const std::string& channel)
        : pqxx::notification_receiver{connection, channel}
    {
    }
    void operator()(const std::string&, int) override {}
};
#else
class Listener final {
public:
    Listener(pqxx::connection& connection, const std::string& channel)
    {
        connection.listen(channel, [](const pqxx::notification&) {});
    }
};
#endif

}  // namespace lazaret::store
