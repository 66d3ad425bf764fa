// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_server.h"

#include <QRandomGenerator>

#include "fos1/logging.h"

namespace fos1::dhcp {

namespace {

FOS1_LOG(lcServer, "dhcp-bridge.server")

}  // namespace

DhcpServer::DhcpServer(QString name, std::unique_ptr<DhcpBackend> backend, milliseconds pollEach)
    : m_name(std::move(name)), m_pollEach(pollEach), m_backend(std::move(backend)) {
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &DhcpServer::run);
}

void DhcpServer::apply(const std::shared_ptr<const Offers>& offers) {
    if (m_leaving) return;
    m_offers = offers;
    m_isSettled = false;
    if (!m_isRunning) m_next.start(0);
}

void DhcpServer::stop(const std::shared_ptr<const Offers>& last, std::function<void(const QString&)> done) {
    m_next.stop();
    m_leaving = std::move(done);
    // Before the first offers, nothing there is known to be ours to change.
    const bool hasWork = last && m_offers;
    m_offers = hasWork ? last : nullptr;
    if (m_isRunning) return;
    if (hasWork)
        run();
    else
        leave({});
}

void DhcpServer::run() {
    m_isRunning = true;
    m_backend->apply(m_offers, [this, offers = m_offers](const Result<Applied>& result) { ended(offers, result); });
}

void DhcpServer::ended(const std::shared_ptr<const Offers>& offers, const Result<Applied>& result) {
    m_isRunning = false;
    const bool isNewest = offers == m_offers;
    if (m_leaving) {
        if (m_offers && !isNewest)
            run();
        else
            leave(result || !m_offers ? QString() : result.error().text());
        return;
    }
    if (result) {
        m_retry.reset();
        m_failure.clear();
        m_isSettled = isNewest;
        const bool isRepair = result->isWritten && m_inForce == offers;
        if (result->isWritten)
            qCInfo(lcServer).noquote() << "event=written server=" + m_name
                                       << "repair=" + QString::number(static_cast<int>(isRepair))
                                       << "ms=" + QString::number(result->took.count() / 1'000'000);
        m_inForce = offers;
        m_next.start(isNewest ? m_pollEach : milliseconds(0));
        Q_EMIT applied(*result, isRepair);
        return;
    }
    const milliseconds pause = m_retry.next(QRandomGenerator::global()->generateDouble());
    if (std::exchange(m_failure, result.error().text()) != result.error().text())
        qCWarning(lcServer).noquote() << "event=failed server=" + m_name << "retry_ms=" + QString::number(pause.count())
                                      << "reason=" + result.error().text();
    m_next.start(pause);
    Q_EMIT failed(result.error());
}

void DhcpServer::leave(const QString& problem) {
    m_next.stop();
    const auto done = std::exchange(m_leaving, [](const QString&) {});
    (*done)(problem);
}

}  // namespace fos1::dhcp
