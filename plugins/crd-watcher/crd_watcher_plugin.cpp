// SPDX-License-Identifier: GPL-2.0-or-later
#include "crd_watcher_plugin.h"

#include <QTimer>

#include "directory_side.h"
#include "kube_side.h"

namespace fos1::crd {

QString CrdWatcherPlugin::start(IHost* host) {
    m_host.emplace(*host);
    const QString directory = host->configuration().value(QStringLiteral("directory")).toString();
    const QCborValue kubernetes = host->configuration().value(QStringLiteral("kubernetes"));
    if (directory.isEmpty() != kubernetes.isMap())
        return QStringLiteral("plugins.crd-watcher: set either directory or kubernetes");
    if (kubernetes.isMap()) {
        auto side = KubeSide::make(*m_host, kubernetes.toMap());
        if (!side) return side.error().text();
        m_side = std::move(*side);
    } else {
        m_side = std::make_unique<DirectorySide>(*m_host, directory);
    }
    m_side->start();
    return {};
}

void CrdWatcherPlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void CrdWatcherPlugin::stop(quint64 ticket) {
    m_side->stop([this, ticket] {
        // Not here: it may be the caller.
        QTimer::singleShot(0, this, [this, ticket] {
            // Deletes everything under way too: a late answer must not act for a stopped plugin.
            m_side.reset();
            m_host->succeed(ticket);
        });
    });
}

IInterface* CrdWatcherPlugin::query(const QString& iid) {
    if (iid == QLatin1String(ISpecWriter::kIid)) return static_cast<ISpecWriter*>(this);
    return iid == QLatin1String(ISpecMerger::kIid) ? static_cast<ISpecMerger*>(this) : nullptr;
}

void CrdWatcherPlugin::write(const QCborMap& object, quint64 ticket) {
    if (!m_side) return m_host->fail(ticket, QStringLiteral("stopped"));
    m_side->write(object, finish(ticket));
}

void CrdWatcherPlugin::erase(const QCborMap& object, quint64 ticket) {
    if (!m_side) return m_host->fail(ticket, QStringLiteral("stopped"));
    m_side->erase(object, finish(ticket));
}

void CrdWatcherPlugin::merge(const QCborMap& change, quint64 ticket) {
    if (!m_side) return m_host->fail(ticket, QStringLiteral("stopped"));
    m_side->merge(change, finish(ticket));
}

SourceSide::Done CrdWatcherPlugin::finish(quint64 ticket) const {
    return [host = &*m_host, ticket](const Result<QString>& where) {
        if (where)
            host->succeed(ticket, *where);
        else
            host->fail(ticket, where.error().text());
    };
}

}  // namespace fos1::crd
