// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus_opener.h"

#include <sdbus-c++/Error.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <mutex>
#include <system_error>
#include <thread>

namespace fos1::dbus {

struct BusOpener::Attempt {
    Attempt() = default;
    ~Attempt() { ::close(event); }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::mutex mutex;  ///< guards the following members
    std::unique_ptr<sdbus::IConnection> connection;
    std::string error;
    bool isAbandoned = false;
};

BusOpener::~BusOpener() {
    if (!m_attempt) return;
    const std::lock_guard lock(m_attempt->mutex);
    m_attempt->isAbandoned = true;
}

void BusOpener::run(const std::shared_ptr<Attempt>& attempt, const Prepare& prepare) {
    std::unique_ptr<sdbus::IConnection> connection;
    std::string error;
    try {
        connection = sdbus::createSystemBusConnection();
        if (prepare) prepare(*connection);
    } catch (const sdbus::Error& refused) {
        connection.reset();
        error = refused.getMessage();
    }
    {
        const std::lock_guard lock(attempt->mutex);
        if (!attempt->isAbandoned) {
            attempt->connection = std::move(connection);
            attempt->error = std::move(error);
        }
    }
    ::eventfd_write(attempt->event, 1);
}

void BusOpener::open(Prepare prepare) {
    Q_ASSERT(!m_attempt);
    m_attempt = std::make_shared<Attempt>();
    m_notifier = std::make_unique<QSocketNotifier>(m_attempt->event, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false);
        Q_EMIT opened();
    });
    try {
        std::thread(&BusOpener::run, m_attempt, std::move(prepare)).detach();
    } catch (const std::system_error& refused) {
        m_attempt->error = refused.what();
        ::eventfd_write(m_attempt->event, 1);
    }
}

BusOpener::Opened BusOpener::take() {
    const std::shared_ptr<Attempt> attempt = std::move(m_attempt);
    m_attempt.reset();
    const std::lock_guard lock(attempt->mutex);
    if (attempt->connection) return std::move(attempt->connection);
    return failure(ErrorCode::Io, QString::fromStdString(attempt->error));
}

}  // namespace fos1::dbus
