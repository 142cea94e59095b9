#pragma once

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "base/config/configuration.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/pg_deadline.hpp"

namespace lazaret::store {

/// Whether a new connection looks at the version of the schema.
enum class SchemaCheck { Refuse, Skip };

/// Connects: with the timeouts of the settings, UTF-8, and no chatter on standard error. Refuses a
/// schema that is not the one this program knows. Throws Error; what libpqxx throws stays inside.
std::unique_ptr<pqxx::connection> connect(const DatabaseConfig& config,
                                          SchemaCheck check = SchemaCheck::Refuse);

/// Turns the exception of libpqxx that is being handled into an Error, and throws that; others
/// fly on. To be called in a catch block only.
///
/// The text has the server's first line only: its DETAIL quotes what stands in rows.
/// @param what  what was being done, for the line: `holding a message`
[[noreturn]] void rethrow_as_error(std::string_view what);

/// Whether the exception being handled means that the connection is of no more use.
bool is_broken(const std::exception& error);

/// The connection behind a Database.
struct Database::Session {
    DatabaseConfig config;
    Now now;
    std::unique_ptr<pqxx::connection> connection;

    [[nodiscard]] Day today() const { return std::chrono::floor<std::chrono::days>(now()); }

    /// Runs `work(transaction)` and commits; answers what it answers.
    ///
    /// What certainly was not committed (connection found broken, deadlock) is tried again; a
    /// commit in doubt is not, it becomes Error{Unavailable}, as does a server that is frozen.
    template <class F>
    auto transact(std::string_view what, F&& work)
    {
        return transact(what, statement_patience(config), std::forward<F>(work));
    }

    /// The same for what may take longer than one statement.
    /// @param patience  for all of it; then the connection is cut.
    template <class F>
    auto transact(std::string_view what, std::chrono::milliseconds patience, F&& work)
    {
        for (int tries_left = 2;; --tries_left) {
            std::optional<Deadline> deadline;
            try {
                if (!connection) names_.clear();
                if (!connection) connection = connect(config);
                deadline.emplace(*connection, patience);
                pqxx::work transaction{*connection};
                if constexpr (std::is_void_v<decltype(work(transaction))>) {
                    work(transaction);
                    transaction.commit();
                    return;
                } else {
                    auto answer = work(transaction);
                    transaction.commit();
                    return answer;
                }
            } catch (const std::exception& error) {
                // A try that is no edge: only here it is known that trying again is safe. Who
                // waited for so long does not wait again.
                const bool too_late = deadline && deadline->has_passed();
                if (too_late) connection.reset();
                if (too_late || !may_try_again(error, tries_left)) rethrow_as_error(what);
            }
        }
    }

    /// The name under which the connection has this statement prepared, for run_prepared(): where
    /// planning over all days costs ten times as much as what is asked. For statements of which
    /// there are few, since it keeps each.
    const std::string& prepared(const std::string& sql);

private:
    bool may_try_again(const std::exception& error, int tries_left);

    std::map<std::string, std::string> names_{};  ///< of what the connection has prepared
};

/// Writes one line of the audit, in the caller's transaction.
void note_audit(pqxx::transaction_base& transaction, TenantId tenant, const Actor& actor,
                std::string_view what, std::string_view subject, std::string_view detail);

}  // namespace lazaret::store
