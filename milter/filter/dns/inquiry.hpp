#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "milter/filter/dns/answers.hpp"
#include "milter/filter/dns/resolver.hpp"

namespace lazaret::filter::dns {

/// All that one message asks the DNS.
///
/// Each stage runs at once, then again on the resolver's thread when what it wanted has been
/// answered, until it wants nothing more. What several stages ask is asked once.
class Inquiry : public std::enable_shared_from_this<Inquiry> {
public:
    /// Works out what it needs to know. Must not throw, must be quick, and what it refers to must
    /// live until close().
    using Stage = std::function<void(View&)>;

    static std::shared_ptr<Inquiry> begin(Ask ask);

    /// Runs one stage that nobody waits for, to fill the resolver's cache. It must own what it
    /// looks at; nothing is kept when it wants nothing more.
    static void fetch(Ask ask, Stage stage);

    void look_up(Stage stage);

    /// Forgets what nobody answered or was asked, so that stages which want it ask again.
    /// @return whether there was any.
    bool forget_unanswered();

    /// Whether something that is wanted is not known yet, so that wait() waits.
    [[nodiscard]] bool is_open() const;

    /// Waits until all that was wanted is known, or until `deadline`, and gives what is known: good
    /// until look_up() or forget_unanswered() is called. No stage runs any more when it returns:
    /// those that wait for what is late are given up, and what comes late is not taken.
    const Answers& wait(std::chrono::steady_clock::time_point deadline);

    /// No stage runs after this, and none is running when it returns.
    void close();

private:
    explicit Inquiry(Ask ask) : ask_{std::move(ask)} {}

    struct Running {
        Stage stage;
        std::size_t missing = 0;  ///< answers
    };
    void run(Running& one, Questions& questions);
    void send(Questions questions);
    void take(const Question& question, Answer answer);
    void give_up();

    Ask ask_;
    mutable std::mutex lock_;
    std::condition_variable changed_;
    Answers known_;
    std::list<Running> running_;
    /// What was asked and not answered, and who waits for it.
    std::unordered_map<Question, std::vector<Running*>, QuestionHash> asked_;
    bool is_read_ = false;  ///< known_, without the lock, by whom wait() gave it to
    bool closed_ = false;
    bool keeps_itself_ = false;  ///< while it waits: there is nobody else
};

}  // namespace lazaret::filter::dns
