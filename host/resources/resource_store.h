// SPDX-License-Identifier: GPL-2.0-or-later
// Desired state: the accepted objects by key, each with its origin. Must not know any kind; the given admission
// function decides what is valid.
#pragma once

#include <QCborMap>
#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compactor.h"
#include "fos1/desired.h"
#include "fos1/key_pool.h"
#include "fos1/result.h"

namespace fos1::host {

struct StoredObject {
    ObjectKey key;
    QString origin;
    QString owner;  ///< the source of the object (a plugin id)
    qint64 generation = 0;
    QByteArray compact;  ///< CBOR; a QCborMap takes some fifty times as much, and there may be thousands
    const Compactor* compactor = nullptr;  ///< the store's

    /// apiVersion, kind, metadata (with uid, generation, creationTimestamp), spec with defaults. While the store is
    /// there.
    [[nodiscard]] QCborMap object() const { return compactor->expandedMap(compact); }
};

/// One mistake in a transaction. `index` is the object's position within its origin.
struct Refusal {
    QString origin;
    qsizetype index = 0;
    Error error;
};

class ResourceStore : public QObject {
    Q_OBJECT
   public:
    /// Returns the object with its defaults, or every mistake.
    using Admit = std::function<tl::expected<QCborMap, Errors>(const QCborMap&)>;

    struct Transaction {
        std::map<QString, std::vector<QByteArray>> replace;  ///< CBOR of each object, by origin
        std::set<QString> remove;                            ///< origins; those of other owners stay
        QString owner = {};                                  ///< the source of the transaction
        bool isWhole = false;                  ///< every origin of this owner that is not in `replace` is removed
        std::vector<Refusal> objections = {};  ///< from outside the admission function; their origins are refused
    };
    struct Result {
        std::vector<Refusal> refusals;
        int changed = 0;  ///< objects added, changed or removed
    };

    /// What a transaction would change now.
    struct Examined {
        std::map<QString, std::vector<StoredObject>> admitted;  ///< by origin; the others are refused
        std::vector<Refusal> refusals;
    };

    explicit ResourceStore(Admit admit, QObject* parent = nullptr);

    /// Checks an object now, so that a transaction with the same bytes takes it as it is, unless the object that it
    /// replaces is another one by then. For one of thousands, which take too long all together.
    void prepare(const QByteArray& object);

    /// apply() is examine() and take() in one step.
    [[nodiscard]] Examined examine(const Transaction& transaction);
    Result take(const Transaction& transaction, Examined examined);

    /// An origin is accepted as a whole or keeps its previous objects. Two origins cannot contain the same object.
    Result apply(const Transaction& transaction);

    [[nodiscard]] const StoredObject* find(const ObjectKey& key) const;
    [[nodiscard]] std::vector<const StoredObject*> list(const QString& apiVersion, const QString& kind,
                                                        const QString& ns = {}) const;
    [[nodiscard]] std::size_t size() const { return m_objects.size(); }

    /// The snapshot of these kinds ("group/version/Kind"), as IPlugin::reconcile() receives it.
    [[nodiscard]] QCborMap snapshot(const QStringList& kinds) const;

    /// The keys of all objects of these kinds, as in snapshot().
    [[nodiscard]] std::set<ObjectKey> keys(const QStringList& kinds) const;

    /// The same snapshot as if these admitted objects were stored.
    [[nodiscard]] QCborMap snapshotWith(const QStringList& kinds, const std::vector<QCborMap>& objects) const;

   Q_SIGNALS:
    /// Objects of these kinds ("group/version/Kind") were added, changed or removed.
    void changed(const QStringList& kinds);
    void removed(const fos1::ObjectKey& key);
    /// The keys of all these objects; emitted before changed().
    void objectsChanged(const std::vector<fos1::ObjectKey>& keys);

   private:
    using Admitted = std::map<QString, std::vector<StoredObject>>;  ///< by origin

    [[nodiscard]] Examined admitAll(const Transaction& transaction);
    [[nodiscard]] QString ownerOf(const QString& origin) const;
    [[nodiscard]] std::set<QString> toRemove(const Transaction& transaction) const;
    [[nodiscard]] std::optional<Refusal> findClash(const Admitted& admitted, const std::set<QString>& remove) const;
    /// Moves the objects out of `admitted`.
    void replace(Admitted& admitted, const std::set<QString>& remove, Result& result);

    struct ByKey {
        using is_transparent = void;
        bool operator()(const StoredObject& a, const StoredObject& b) const { return a.key < b.key; }
        bool operator()(const StoredObject& a, const ObjectKey& b) const { return a.key < b; }
        bool operator()(const ObjectKey& a, const StoredObject& b) const { return a < b.key; }
    };

    struct Prepared {
        StoredObject object;  ///< without origin and owner
        QByteArray replaced;  ///< what the store had then; null: nothing
    };

    ObjectKey shared(const ObjectKey& key);
    [[nodiscard]] QByteArray compactOf(const ObjectKey& key) const;
    /// The object as it would be stored, without origin and owner.
    [[nodiscard]] tl::expected<StoredObject, Errors> admitted(const QByteArray& object);
    [[nodiscard]] tl::expected<StoredObject, Errors> takePrepared(const QByteArray& object);

    Admit m_admit;
    QHash<QByteArray, Prepared> m_prepared;  ///< by the bytes that were given
    Compactor m_compactor;
    std::set<StoredObject, ByKey> m_objects;
    std::map<QString, std::vector<const StoredObject*>> m_origins;  ///< the objects of each origin
    KeyPool m_pool;
};

/// The key of an admitted object.
ObjectKey objectKey(const QCborMap& object);

/// Whether two objects are equal apart from metadata and status. The order of fields is irrelevant.
bool haveSameContent(const QCborMap& a, const QCborMap& b);

/// "group/version/Kind".
QString kindId(const ObjectKey& key);

}  // namespace fos1::host
