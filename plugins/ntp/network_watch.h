// SPDX-License-Identifier: GPL-2.0-or-later
// Notices when the network of this node got better: a link came up, an address or a route appeared, or the name servers
// changed. Follows the addresses of this node on the way. Knows no sources.
#pragma once

#include <QDateTime>
#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include "netlink_monitor.h"
#include "security/own_addresses.h"

namespace fos1::ntp {

class NetworkWatch final : public QObject {
    Q_OBJECT
   public:
    /// Follows `own`, which outlives the watch. `resolverFile`: resolv.conf(5).
    explicit NetworkWatch(OwnAddresses& own, QString resolverFile = QStringLiteral("/etc/resolv.conf"),
                          QObject* parent = nullptr);

    /// Where there is no rtnetlink, only the name servers are watched.
    void start();

   Q_SIGNALS:
    /// After a moment of quiet, and at most each kBetween.
    void improved();
    /// An address of this node came, changed or went; at most each kTogether.
    void addressesChanged();

   private:
    static constexpr std::chrono::milliseconds kQuiet{500};
    static constexpr std::chrono::seconds kBetween{10};
    static constexpr std::chrono::seconds kTogether{1};

    /// Keeps the addresses, and answers what is better than before.
    class News final : public netlink::Keeper {
       public:
        News(OwnAddresses& own, QTimer& soon) : m_own(own), m_soon(soon) {}
        void begin() override { m_own.begin(); }
        void dumped(const netlink::Message& message) override { m_own.dumped(message); }
        [[nodiscard]] bool notified(const netlink::Message& message) override;
        [[nodiscard]] bool finish() override;
        void abandon() override { m_own.abandon(); }

       private:
        void noteAddresses();

        OwnAddresses& m_own;
        QTimer& m_soon;
    };

    struct Resolver {
        QString path;  ///< behind all links; empty: there is none
        QDateTime changedAt;
        qint64 size = 0;
        bool operator==(const Resolver&) const = default;
    };

    void note();
    void watchResolver();
    void onResolverTouched();

    OwnAddresses& m_own;
    const QString m_resolverFile;
    QTimer m_soon;  ///< until addressesChanged()
    News m_news;
    netlink::Monitor m_monitor;
    QFileSystemWatcher m_files;
    Resolver m_resolver;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_toldAt;
};

}  // namespace fos1::ntp
