// SPDX-License-Identifier: GPL-2.0-or-later
// Monitors the links and addresses of this network namespace over rtnetlink. Never blocks: handles a bounded number of
// datagrams per turn of the loop. Needs no privileges. Must not know VLAN resources.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <memory>

#include "fos1/result.h"
#include "netlink/link_reader.h"

class QSocketNotifier;
struct mnl_socket;

namespace fos1::vlan {

struct LinkMonitorOptions {
    /// Of the socket; the kernel caps it (net.core.rmem_max). Notifications that do not fit are lost, and then
    /// everything is read again.
    int receiveBufferBytes = 4 << 20;
};

class LinkMonitor final : public QObject {
    Q_OBJECT

   public:
    /// The first change is reported immediately; changes within this time after it are reported together.
    static constexpr std::chrono::milliseconds kQuiet{20};

    explicit LinkMonitor(LinkMonitorOptions options = {});
    ~LinkMonitor() override;

    /// Opens the socket and requests everything. An error: rtnetlink is unavailable on this machine.
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    [[nodiscard]] const LinkTable& table() const { return m_reader.table(); }
    /// Whether everything was read at least once. Before that, an empty table means nothing.
    [[nodiscard]] bool isComplete() const { return m_reader.isComplete(); }
    [[nodiscard]] quint64 resyncs() const { return m_reader.resyncs(); }

   Q_SIGNALS:
    /// The table changed, or became complete for the first time.
    void changed();
    /// The kernel no longer reports changes, for this reason; an empty text: it does again.
    void troubled(const QString& why);

   private:
    struct Closer {
        void operator()(mnl_socket* socket) const;
    };
    /// Deleted later, because the notifier may be emitting a signal to this object.
    struct LaterDeleter {
        void operator()(QSocketNotifier* notifier) const;
    };

    tl::expected<void, Error> open();
    void reopen(const QString& why);
    void read();
    void follow(const LinkReader::Outcome& outcome);
    void send(const QByteArray& request);
    void again();
    void tell();

    const LinkMonitorOptions m_options;
    LinkReader m_reader;
    std::unique_ptr<mnl_socket, Closer> m_socket;
    std::unique_ptr<QSocketNotifier, LaterDeleter> m_notifier;  ///< destroyed before its socket
    QByteArray m_buffer;
    QTimer m_quiet;     ///< runs after changed(); the next changed() waits for its end
    QTimer m_again;     ///< until the next dump, or the next socket
    QTimer m_deadline;  ///< of the dump under way
    std::chrono::milliseconds m_pause;
    bool m_isDue = false;
    bool m_isTroubled = false;
};

}  // namespace fos1::vlan
