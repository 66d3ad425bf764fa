// SPDX-License-Identifier: GPL-2.0-or-later
// Changes a running chronyd over its command socket, step by step, and then asks it whether it has what it was told:
// chrony 4.3 answers 200 OK and drops a source, so an answer is not enough. Decides nothing about what to change.
#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <optional>
#include <set>

#include "chrony/chrony_client.h"
#include "core/access_table.h"
#include "core/chrony_plan.h"

namespace fos1::ntp {

/// What chronyd holds, as far as it can be changed while it runs.
struct HeldSettings {
    AccessTable access;                    ///< Permission::Unknown: something was sent and no answer came yet
    std::optional<MakestepSpec> makestep;  ///< nothing: the same
    std::optional<LocalSpec> local;
    std::optional<QByteArray> sources;  ///< the file that it read last

    HeldSettings() = default;
    /// After a start with this.
    explicit HeldSettings(const ChronyPlan& plan)
        : access(plan.online.access), makestep(plan.online.makestep), local(plan.online.local), sources(plan.sources) {}
};

class OnlineChange final : public QObject {
    Q_OBJECT
   public:
    using Completion = std::function<void(const tl::expected<void, Error>&)>;

    /// `client` outlives this object.
    explicit OnlineChange(ChronyClient& client, QObject* parent = nullptr) : QObject(parent), m_client(client) {}

    /// Brings chronyd from `held` to `wanted`, whose file of sources is in place; `held` follows each step that chronyd
    /// confirmed and must live until the completion. One change at a time.
    void run(HeldSettings& held, const ChronyPlan& wanted, Completion completion);

    /// Ends a change under way; its completion is not called. Steps that were sent may still take effect.
    void cancel();

   private:
    struct Step {
        QString what;  ///< for people
        candm::Request request;
        std::optional<candm::Request> fallback;  ///< where chronyd does not know the request
        std::function<void()> onSent;            ///< from here on chronyd may have it
        std::function<void()> onDone;
    };

    void planSteps();
    void pushReload();
    void next();
    void send(const Step& step, const candm::Request& request, bool isFallback);
    void verifySources();
    void askName(quint32 index, quint32 count);
    void onNamesKnown();
    void verifyAccess();
    void finish(const tl::expected<void, Error>& result);
    /// A completion that is ignored when the change has ended.
    template <typename Use>
    void ask(const candm::Request& request, Use use);

    ChronyClient& m_client;
    HeldSettings* m_held = nullptr;
    ChronyPlan m_plan;
    OnlineSettings m_wanted;  ///< of m_plan
    std::deque<Step> m_steps;
    std::set<QString> m_names;
    int m_reloads = 0;
    std::vector<IpAddress> m_probes;
    Completion m_completion;
    quint64 m_run = 0;
};

}  // namespace fos1::ntp
