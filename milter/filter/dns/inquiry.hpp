#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
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

    /// Waits until all that was wanted is known, or until `deadline`, and gives what is known. No
    /// stage runs any more when it returns: those that wait for what is late are given up.
    Answers wait(std::chrono::steady_clock::time_point deadline);

    /// No stage runs after this, and none is running when it returns.
    void close();

private:
    explicit Inquiry(Ask ask) : ask_{std::move(ask)} {}

    struct Running {
        Stage stage;
        std::set<Question> wanted;  ///< not answered yet
    };
    std::set<Question> run(Running& one);
    void send(const std::set<Question>& questions);
    void take(const Question& question, Answer answer);

    Ask ask_;
    mutable std::mutex lock_;
    std::condition_variable changed_;
    Answers known_;
    std::set<Question> asked_;  ///< and not answered
    std::vector<Running> running_;
    bool closed_ = false;
    bool keeps_itself_ = false;  ///< while it waits: there is nobody else
};

}  // namespace lazaret::filter::dns
