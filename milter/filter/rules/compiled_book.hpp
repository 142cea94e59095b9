#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_name.hpp"
#include "milter/filter/rules/book_parts.hpp"
#include "milter/filter/rules/evals/shortcircuit.hpp"
#include "milter/filter/rules/metas.hpp"
#include "milter/filter/rules/mime_header_rules.hpp"
#include "milter/filter/rules/network/network_rules.hpp"
#include "milter/filter/rules/relays/relay_chain.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "milter/filter/rules/uri_detail_rules.hpp"
#include "milter/filter/rules/uris/uris.hpp"

namespace lazaret::filter::rules {

/// All that judging needs, made once.
class RuleBook::Compiled {
public:
    /// What rules look at that a rendering has only to be asked for.
    struct Texts {
        HeaderRules::Texts headers;
        std::vector<std::string_view> uris;
    };

    Compiled(const RuleSource& source, RuleBook& book);

    /// @param memory  gets what was worked out on the way and eval functions ask for, too.
    [[nodiscard]] Rendering read(const Mail& mail, EvalMemory& memory) const;
    [[nodiscard]] Texts texts(const Rendering& rendering) const;
    /// @param put_off  as TextRules::match() has it
    void match_patterns(const Rendering& rendering, const Texts& texts, Captures& captures,
                        Values& values, PutOff* put_off) const;
    void run_evals(EvalContext& context, Values& values) const;
    /// @param scores  the set of scores that counts
    [[nodiscard]] const Metas& metas(std::size_t scores) const { return metas_[scores]; }

    [[nodiscard]] const RegistryBoundaries& boundaries() const noexcept { return *boundaries_; }
    [[nodiscard]] const EvalSettings& eval_settings() const noexcept { return eval_settings_; }
    [[nodiscard]] const NetworkRules& network() const noexcept { return network_; }

    std::vector<PatternSet*> sets();
    [[nodiscard]] std::vector<std::uint32_t> given_up() const;

    /// The hits that were there when one decided at once, and what that gives; else all.
    [[nodiscard]] std::vector<RuleHit> until_decided(std::vector<RuleHit> hits,
                                                     const RuleBook& book,
                                                     std::size_t scores) const;

    [[nodiscard]] std::set<std::string> zones() const { return network_.zones(); }

    /// Whether a rule may end judging before others have run.
    [[nodiscard]] bool stops_early() const noexcept { return shortcircuit_.has_value(); }

    RuleIndexes indexes;
    std::string cache;

private:
    void place(std::uint32_t index, RuleBook& book);
    void place_eval(std::uint32_t index, const Rule& rule, const EvalCall& call, Standing& standing,
                    const LoadedPlugins& plugins);
    void place_asking(std::uint32_t index, const Rule& rule, Standing& standing);
    void finish(RuleBook& book);
    void order_metas(const RuleSource& source, RuleBook& book);
    [[nodiscard]] int priority_of(const Rule& rule) const;
    [[nodiscard]] std::set<std::uint32_t> needed_by(std::uint32_t rule, std::size_t scores) const;

    const LoadedPlugins* plugins_;  ///< while it is made
    std::shared_ptr<const RegistryBoundaries> boundaries_;
    RelaySettings relay_settings_;
    UriSettings uri_settings_;
    EvalSettings eval_settings_;
    bool reads_pdfs_;  ///< the plugin that finds addresses in them is loaded
    std::optional<Shortcircuit> shortcircuit_;  ///< where its plugin is loaded, and something set
    HeaderRules headers_;
    TextRules body_;
    TextRules raw_body_;
    TextRules uri_;
    TextRules full_;
    MimeHeaderRules mime_headers_;
    UriDetailRules uri_details_;
    NetworkRules network_;
    std::vector<EvalUse> evals_;
    std::array<Metas, 4> metas_;  ///< by set of scores
    std::string own_name_ = host_name();
};

}  // namespace lazaret::filter::rules
