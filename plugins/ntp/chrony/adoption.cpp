// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/adoption.h"

#include <QFile>

#include "chrony/config_file.h"
#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcAdoption, "ntp.adoption")

constexpr qint64 kLargestFile = 16 * 1024 * 1024;

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(kLargestFile) : QByteArray();
}

}  // namespace

void Adoption::ask(QObject* context, const std::function<void(Found)>& found) const {
    m_client.request(candm::activityRequest(), context, [this, found](const Result<candm::Reply>& reply) {
        if (!m_runner.isAlive()) return;
        const qint64 pid = m_runner.pid();
        const Found result{reply.has_value(), decodeRunRecord(contentOf(m_layout.recordFile()), pid, processStart(pid),
                                                              contentOf(m_layout.keyFile()))};
        qCInfo(lcAdoption).noquote() << QStringLiteral("chronyd was already running, pid=%1 answers=%2 known=%3")
                                            .arg(pid)
                                            .arg(result.answers)
                                            .arg(result.record.has_value());
        found(result);
    });
}

void Adoption::remember(const ChronyPlan& plan, const HeldSettings& held, const RunAs& user) const {
    if (!m_runner.outlivesUs()) return;
    const qint64 pid = m_runner.pid();
    const QByteArray record = encode(RunRecord{pid, plan, held}, processStart(pid));
    if (const auto written = writeConfigFile(m_layout.recordFile(), record, user); !written)
        qCWarning(lcAdoption).noquote() << "the next host will restart chronyd:" << written.error().text();
}

void Adoption::forget() const {
    if (m_runner.outlivesUs()) QFile::remove(m_layout.recordFile());
}

}  // namespace fos1::ntp
