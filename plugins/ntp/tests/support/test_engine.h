// SPDX-License-Identifier: GPL-2.0-or-later
// An engine with a real chronyd for tests of the engine itself, which give it plans.
#pragma once

#include <QTest>

#include "chrony/chrony_engine.h"
#include "chrony/config_file.h"
#include "test_tree.h"
#include "upstream.h"

namespace fos1::ntp::test {

using Outcome = std::optional<Result<Change>>;

/// Configurations and an engine in directories of their own.
struct EngineTree {
    TestTree tree;
    ChronyLayout layout{tree.directory(QStringLiteral("run")), tree.directory(QStringLiteral("state"))};
    EngineOptions options{chronydPath(), chronydUser(), ClockControl::None, layout};

    /// A plan, with lines that only a restart can bring.
    [[nodiscard]] ChronyPlan config(const QByteArray& more = {}) const {
        NtpServiceSpec spec;
        spec.server.port = 0;
        ChronyPlan plan = makePlan(spec, {layout.paths(), ClockControl::None});
        plan.config += more;
        return plan;
    }
    [[nodiscard]] QList<int> processes() const { return processesWith(layout.configFile()); }
};

/// Ends its chronyd at the end of the test.
class TestEngine : public ChronyEngine {
   public:
    using ChronyEngine::ChronyEngine;
    ~TestEngine() override {
        bool ended = false;
        stop([&ended](const auto&) { ended = true; });
        (void)QTest::qWaitFor([&ended] { return ended; });
    }
};

inline auto into(Outcome& outcome) {
    return [&outcome](const auto& result) {
        using Given = std::decay_t<decltype(result)>;
        if constexpr (std::is_same_v<Given, Result<Change>>)
            outcome = result;
        else
            outcome = result ? Result<Change>(Change{}) : Result<Change>(tl::unexpected<Error>(result.error()));
    };
}

inline QString why(const Outcome& outcome) {
    if (!outcome) return QStringLiteral("no outcome");
    return *outcome ? QString() : outcome->error().text();
}

}  // namespace fos1::ntp::test
