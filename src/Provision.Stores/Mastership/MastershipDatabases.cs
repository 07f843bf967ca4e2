namespace Provision.Stores.Mastership;

/// <summary>Opens the database of masters, in SQLite or PostgreSQL.</summary>
public static class MastershipDatabases
{
    /// <summary>The location of the database if the inventory does not configure one.</summary>
    public const string Default = "/var/lib/provision-masters/masters.sqlite";

    /// <summary>Returns true for the URL of a PostgreSQL server, false for a file.</summary>
    public static bool IsServer(string database) => database.StartsWith("postgresql://", StringComparison.Ordinal)
        || database.StartsWith("postgres://", StringComparison.Ordinal);

    /// <summary>Opens a database.</summary>
    /// <param name="database">A file, or <c>postgresql://user[:password]@host[:port]/db</c>; the password preferably from PGPASSFILE or PGPASSWORD.</param>
    /// <param name="create">Creates the database if it does not exist. Never by default: a lost database is restored, not recreated empty.</param>
    /// <exception cref="StateLostException">It cannot be reached or read, or does not exist; thrown within about three seconds.</exception>
    public static IMastershipDatabase Open(string database, bool create = false)
    {
        SqlDialect dialect;
        try
        {
            dialect = IsServer(database) ? new PostgresDialect(database) : new SqliteDialect(Path.GetFullPath(database));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new StateLostException($"the database of masters is named wrongly: {e.Message}", e);
        }

        var store = new SqlMastershipDatabase(dialect);
        try
        {
            store.Prepare(create);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
