#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/learn/opinion.hpp"
#include "milter/filter/learn/taste.hpp"

namespace lazaret::filter {

/// What a person says that a message is.
enum class Label { Ham, Spam };

/// The weights of the online linear classifier, with how much it has seen.
///
/// A value: judging reads it, learning changes it; many threads may judge by one that nobody
/// changes. (Goodman and Yih 2006; Sculley and Wachman 2007.)
class Model {
public:
    Model();
    Model(const Model&);
    Model(Model&&) noexcept;
    Model& operator=(Model) noexcept;
    ~Model();

    /// The log-odds that a message is spam: 0 is undecided. Cost: tens of microseconds.
    [[nodiscard]] double log_odds(std::string_view message, Taste taste = {}) const;

    /// The same, by its parts.
    [[nodiscard]] Opinion opinion_of(std::string_view message) const;

    /// What an account and its tenant think besides of a message with these traits.
    [[nodiscard]] OwnLogOdds own_log_odds(const Opinion& opinion, Taste taste) const;

    /// The words of a message that speak most for its being spam (or wanted), at most four, each
    /// as it stands there: hosts of links, words of its subject and text, neighbours joined. UTF-8,
    /// on one line. Cost: some 0.1 ms.
    [[nodiscard]] std::vector<std::string> telling_words(std::string_view message,
                                                         Label label) const;

    /// Learns one message for all (or skips it when it is already sure of it).
    void learn(std::string_view message, Label label);

    /// Learns what somebody says of one message.
    ///
    /// Moves what he and his tenant think by the message's traits (author, list, signer, words of
    /// the subject, hosts of links), a few votes being enough; and what all think by its 4-grams.
    /// @param share  how far it may move what all and the tenant think: from 0, not at all, to 1,
    ///               as a message of learn().
    /// @return the step that was made, packed with a checksum, at most 16,384 bytes: for
    /// take_back().
    std::string learn_vote(std::string_view message, Label label, Taste taste, double share);

    /// Takes back a step of learn_vote(). When it was the last one, all weights are bit by bit what
    /// they were before; else what was learned since stays.
    /// @return false, and nothing changed, when the bytes are damaged.
    [[nodiscard]] bool take_back(std::string_view step);

    /// How many weights differ from those of `other`.
    [[nodiscard]] std::size_t differing_weights(const Model& other) const;

    /// How many messages it was taught.
    [[nodiscard]] std::uint64_t seen(Label label) const;

    /// The whole model as bytes with a checksum, independent of the machine.
    [[nodiscard]] std::string snapshot() const;

    /// What changed since `before`, small when little was learned; apply() brings it up to date.
    [[nodiscard]] std::string delta_since(const Model& before) const;

    /// Reads snapshot(). None when the bytes are damaged or of an unknown version.
    static std::optional<Model> from_snapshot(std::string_view bytes);

    /// Applies delta_since(). False, and unchanged, when the bytes are damaged or fit no model.
    [[nodiscard]] bool apply(std::string_view delta);

    /// Takes one stored version: the whole model, or what changed since the version before. False,
    /// and unchanged, when it is damaged or does not fit.
    [[nodiscard]] bool take(bool is_snapshot, std::string_view bytes);

private:
    struct Weights;
    struct Packing;
    std::unique_ptr<Weights> weights_;
};

/// Brings `model` on by stored versions (each with `is_snapshot` and `bytes`), in order, up to the
/// first that is damaged or does not fit.
/// @return how many it took.
template <class Steps>
std::size_t advance(Model& model, const Steps& steps)
{
    std::size_t taken = 0;
    for (const auto& step : steps) {
        if (!model.take(step.is_snapshot, step.bytes)) break;
        ++taken;
    }
    return taken;
}

/// What the newest version of the model thinks of a message, asked by the first check that wants to
/// know: one version and one reading for the whole message.
const KnownOpinion& opinion_in(Findings& findings, const Snapshot<Model>& model, const Mail& mail);

/// Points from the model: hit LEARNED_SPAM or LEARNED_HAM, between config.least_points and
/// config.most_points; less while the model has seen little, none before it has seen both kinds.
/// What single accounts think besides, LEARNED_OWN, is asked by Findings::own_opinion.
Check learned_check(std::shared_ptr<const Snapshot<Model>> model, const LearnedConfig& config);

}  // namespace lazaret::filter
