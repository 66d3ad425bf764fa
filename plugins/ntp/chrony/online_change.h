// SPDX-License-Identifier: GPL-2.0-or-later
// Changes a running chronyd over its command socket, step by step, and then asks it whether it has what it was told:
// chrony 4.3 answers 200 OK and drops a source, so an answer is not enough. Decides nothing about what to change.
#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <optional>
#include <set>

#include "candm/chrony_client.h"
#include "chrony/stray_changes.h"
#include "core/access_table.h"
#include "core/chrony_plan.h"
#include "core/source_traits.h"

namespace fos1::ntp {

/// What chronyd holds, as far as it can be changed while it runs.
struct HeldSettings {
    AccessTable access;                    ///< Permission::Unknown: something was sent and no answer came yet
    std::optional<MakestepSpec> makestep;  ///< nothing: the same
    std::optional<LocalSpec> local;
    std::optional<QByteArray> sources;  ///< the file that it read last
    QByteArray keys;                    ///< the same, or of an earlier time when the outcome is not known; secret
    bool keysAreKnown = true;
    UpdateCount updates;
    SettingEchoes echoes;
    std::set<Setting> changed;  ///< by somebody else, and not put right yet
    quint32 nextClient = 0;     ///< where the next look at the client records begins

    HeldSettings() = default;
    /// After a start with this.
    explicit HeldSettings(const ChronyPlan& plan)
        : access(plan.online.access),
          makestep(plan.online.makestep),
          local(plan.online.local),
          sources(plan.sources),
          keys(plan.keys) {}
};

/// What it takes to give `plan` to a chronyd that has `held` of `has`. `has` null: what it has is not known.
[[nodiscard]] Change changeOfRunning(const ChronyPlan* has, const HeldSettings& held, bool answers,
                                     const ChronyPlan& plan);

class OnlineChange final : public QObject {
    Q_OBJECT
   public:
    using Completion = std::function<void(const tl::expected<void, Error>&)>;

    using Write = std::function<tl::expected<void, Error>(const QByteArray& content)>;

    /// What chronyd reads again while it runs.
    struct Files {
        Write keys;
        Write sources;
    };

    /// `client` outlives this object.
    OnlineChange(ChronyClient& client, Files files, QObject* parent = nullptr)
        : QObject(parent), m_client(client), m_files(std::move(files)) {}

    /// Brings chronyd from `held` to `wanted`, whose file of sources is in place; `held` follows each step that chronyd
    /// confirmed and must live until the completion. One change at a time. Old keys go after the sources that used
    /// them.
    void run(HeldSettings& held, const ChronyPlan& wanted, Completion completion);

    /// The same, and asks after every access rule and every source, not only those that change: somebody else may have
    /// told chronyd something. `strays`: what is known to have been changed.
    void runAndCheckAll(HeldSettings& held, const ChronyPlan& wanted, Strays strays, Completion completion);

    [[nodiscard]] bool isRunning() const { return m_completion != nullptr; }
    /// Whether the last run found something else than what chronyd had been told.
    [[nodiscard]] bool hasMended() const { return m_isMended || m_accessIsMended || m_settingsAreMended; }

    /// Ends a change under way; its completion is not called. Steps that were sent may still take effect.
    void cancel();

   private:
    struct Step {
        QString what;  ///< for people
        candm::Request request;
        std::optional<candm::Request> fallback;  ///< where chronyd does not know the request
        std::function<void()> onSent;            ///< from here on chronyd may have it
        std::function<void()> onDone;
        std::function<tl::expected<void, Error>()> prepare = nullptr;  ///< before the request is sent
    };

    void begin(HeldSettings& held, const ChronyPlan& wanted, Completion completion);
    void planSteps();
    void pushSetting(Setting setting);
    void pushAccess(const std::vector<AccessRule>& rules);
    void pushReload();
    void pushRekey(const QByteArray& keys);
    void next();
    void send(const Step& step, const candm::Request& request, bool isFallback);
    struct Found {
        QString name;
        SourceAddress address;
        std::optional<quint16> selectOptions;  ///< of SelectOption; nothing: not asked
    };

    void verifySources();
    void askName(quint32 index, quint32 count);
    void askOptions(quint32 index, quint32 count);
    void onNamesKnown();
    [[nodiscard]] bool isAsWanted(const Found& source) const;
    void mend(QStringList missing);
    void bringOnline();
    void verifyKeys(std::size_t from);
    void verifyAccess();
    void askClients(quint32 first, int pages);
    void verifyStrangers();
    void finish(const tl::expected<void, Error>& result);
    /// A completion that is ignored when the change has ended.
    template <typename Use>
    void ask(const candm::Request& request, Use use);

    ChronyClient& m_client;
    const Files m_files;
    HeldSettings* m_held = nullptr;
    ChronyPlan m_plan;
    std::deque<Step> m_steps;
    std::vector<Found> m_found;
    std::map<QString, SourceTraits> m_traits;  ///< of m_plan
    std::set<QString> m_changed;               ///< addresses of sources that somebody changed
    bool m_isMended = false;
    bool m_accessIsMended = false;
    bool m_settingsAreMended = false;
    bool m_checkAll = false;
    int m_reloads = 0;
    PrefixTable<Permission> m_access;  ///< of m_plan
    std::vector<IpAddress> m_probes;
    std::vector<IpAddress> m_strangers;  ///< clients that chronyd has answered and should not
    Completion m_completion;
    quint64 m_run = 0;
};

}  // namespace fos1::ntp
