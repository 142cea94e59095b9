#include "quarantine-store/notebook.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_deadline.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t batch_size = 500;
constexpr auto gather_time = 500ms;  // a batch waits so long for company
constexpr auto pause_when_away = 2s;
constexpr auto last_words = 5s;  // what the destructor gives the database

// The bytes of a note, near enough.
std::size_t weight_of(const Passage& note)
{
    std::size_t bytes = sizeof(Passage) + note.mailbox.size() + note.queue_id.size() +
                        note.sender.size() + note.client_ip.size() + note.explanation.note.size();
    for (const auto& hit : note.hits) bytes += sizeof(Hit) + hit.name.size() + hit.why.size();
    for (const auto& match : note.explanation.unproven)
        bytes += sizeof(match) + match.sender.size() + match.proof.size();
    if (note.delivered) bytes += note.delivered->from.size() + note.delivered->subject.size();
    if (const auto& of = note.newsletter)
        bytes += of->from.size() + of->from_address.size() + of->list_id.size();
    return bytes;
}

// A batch keeps its name through all its tries, so that one whose commit was in doubt is
// counted once.
struct Batch {
    std::string name;
    std::vector<Passage> notes;
};

class PgNotebook final : public Notebook {
public:
    PgNotebook(const DatabaseConfig& config, bool passages, std::size_t most_waiting,
               std::size_t most_bytes)
        : config_{config},
          passages_{passages},
          most_waiting_{most_waiting},
          most_bytes_{most_bytes},
          writer_{[this](const std::stop_token& stop) { write_until(stop); }}
    {
    }

    ~PgNotebook() override
    {
        writer_.request_stop();
        woken_.notify_all();
        writer_.join();
    }

    void note(Passage passage) noexcept override
    {
        {
            std::lock_guard hold{lock_};
            const auto bytes = weight_of(passage);
            // A try that is no edge: a note is not worth a message.
            try {
                waiting_.push_back(std::move(passage));
            } catch (const std::bad_alloc&) {
                ++dropped_;
                return;
            }
            waiting_bytes_ += bytes;
            while (waiting_.size() > most_waiting_ || waiting_bytes_ > most_bytes_) {
                take_first();
                ++dropped_;
            }
            if (waiting_.size() < batch_size) return;
        }
        woken_.notify_one();
    }

private:
    // Under the lock, as the next.
    Passage take_first()
    {
        waiting_bytes_ -= weight_of(waiting_.front());
        auto first = std::move(waiting_.front());
        waiting_.pop_front();
        return first;
    }

    void write_until(const std::stop_token& stop)
    {
        std::optional<Batch> batch;
        std::chrono::steady_clock::time_point give_up{};
        for (;;) {
            if (!batch) batch = next_batch(stop);
            if (!batch) return;  // stopped, and nothing waits
            if (write(*batch)) {
                batch.reset();
                continue;
            }
            if (stop.stop_requested()) {
                const auto now = std::chrono::steady_clock::now();
                if (give_up == std::chrono::steady_clock::time_point{}) give_up = now + last_words;
                if (now >= give_up) return lose(*batch);
            }
            std::unique_lock hold{lock_};
            woken_.wait_for(hold, stop.stop_requested() ? 200ms : pause_when_away, [&] {
                return stop.stop_requested() && give_up == decltype(give_up){};
            });
        }
    }

    std::optional<Batch> next_batch(const std::stop_token& stop)
    {
        std::unique_lock hold{lock_};
        woken_.wait_for(hold, gather_time,
                        [&] { return stop.stop_requested() || waiting_.size() >= batch_size; });
        while (waiting_.empty()) {
            if (stop.stop_requested()) return std::nullopt;
            woken_.wait_for(hold, gather_time);
        }
        report_drops();
        Batch batch{Reference::random().text() + Reference::random().text(), {}};
        while (!waiting_.empty() && batch.notes.size() < batch_size) {
            batch.notes.push_back(take_first());
        }
        return batch;
    }

    // Whether the batch is done with.
    bool write(const Batch& batch)
    {
        // The edge of this thread: out of it nothing may fly, or the milter ends.
        try {
            send(batch);
            away_ = false;
            return true;
        } catch (const Error& error) {
            connection_.reset();
            if (error.kind() == Error::Kind::Bug) return write_one_by_one(batch, error);
            if (!away_)
                log::warning("notes wait",
                             {{"waiting", batch.notes.size()}, {"error", error.what()}});
            away_ = true;
            return false;
        } catch (const std::exception& error) {
            connection_.reset();
            return write_one_by_one(batch, error);
        }
    }

    // A batch that is refused would be refused for ever, and all behind it would wait: the note
    // that is at fault is lost, the others are not.
    bool write_one_by_one(const Batch& batch, const std::exception& why)
    {
        if (batch.notes.size() <= 1) {
            log::error("notes refused", {{"count", batch.notes.size()}, {"error", why.what()}});
            return true;
        }
        int number = 0;
        for (const auto& note : batch.notes)
            if (!write({fmt::format("{}.{}", batch.name, ++number), {note}})) return false;
        return true;
    }

    void send(const Batch& batch)
    {
        try {
            if (!connection_) connection_ = connect(config_);
            const Deadline deadline{*connection_, statement_patience(config_)};
            pqxx::nontransaction transaction{*connection_};
            run(transaction, "select lazaret.note($1, $2, $3::json)", batch.name, passages_,
                notes_json(batch.notes));
        } catch (const std::exception&) {
            rethrow_as_error("writing notes");
        }
    }

    void lose(const Batch& batch)
    {
        std::lock_guard hold{lock_};
        log::warning("notes lost", {{"count", batch.notes.size() + waiting_.size() + dropped_}});
    }

    // Called with the lock held.
    void report_drops()
    {
        if (dropped_ == 0) return;
        log::warning("notes dropped", {{"count", dropped_}});
        dropped_ = 0;
    }

    const DatabaseConfig config_;
    const bool passages_;
    const std::size_t most_waiting_;
    const std::size_t most_bytes_;

    std::mutex lock_;
    std::condition_variable woken_;
    std::deque<Passage> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t dropped_ = 0;

    // Of the writer's thread alone.
    std::unique_ptr<pqxx::connection> connection_;
    bool away_ = false;

    std::jthread writer_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<Notebook> make_notebook(const DatabaseConfig& config, bool passages,
                                        std::size_t most_waiting, std::size_t most_bytes)
{
    return std::make_unique<PgNotebook>(config, passages, most_waiting, most_bytes);
}

}  // namespace lazaret::store
