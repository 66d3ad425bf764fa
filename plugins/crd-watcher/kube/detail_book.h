// SPDX-License-Identifier: GPL-2.0-or-later
// What all nodes report (core/node_detail), for the one node that summarizes it: lists and watches their objects, while
// it has to.
#pragma once

#include <QCborArray>
#include <QJsonObject>
#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "compactor.h"
#include "list_watch.h"

namespace fos1::crd {

class DetailBook : public QObject {
    Q_OBJECT
   public:
    /// `client` outlives the object.
    DetailBook(kube::ApiClient& client, kube::ResourceType type, QObject* parent = nullptr);
    ~DetailBook() override;

    void open();
    void close();
    [[nodiscard]] bool isOpen() const { return m_watch != nullptr; }
    /// Whether the reports of all nodes are known.
    [[nodiscard]] bool isListed() const { return m_isListed; }
    /// The entries about an object, in the order of the nodes' names.
    [[nodiscard]] QCborArray entries(const QString& service) const;

    /// Removes the objects of nodes that are gone; all others are not, as far as is known. Calls `done` when there are
    /// fewer objects.
    void remove(const std::set<QString>& nodes, const std::function<void()>& done);
    /// Makes the objects of these nodes, and of no others, say that nothing is known of them. Calls `done` when one
    /// has changed.
    void silence(const std::set<QString>& nodes, const std::function<void()>& done);
    /// Requests how many nodes report.
    void count(const std::function<void(qsizetype nodes)>& done);

   Q_SIGNALS:
    /// isListed() became true, or a node's report changed.
    void changed();

   private:
    void changeSoon();
    /// In the name of the node, so that it owns its status when it is back.
    void writeSilence(const QString& node, const QJsonObject& object, const std::function<void()>& done);

    kube::ApiClient& m_client;
    kube::ResourceType m_type;
    std::unique_ptr<kube::ListWatch> m_watch;
    Compactor m_compactor;
    std::map<QString, QByteArray> m_nodes;  ///< by name; status, compacted
    std::map<QString, QByteArray> m_incoming;
    QTimer m_soon;
    std::set<QString> m_removed;
    std::set<QString> m_silenced;
    bool m_isListed = false;
};

}  // namespace fos1::crd
