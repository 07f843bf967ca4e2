using Microsoft.Data.Sqlite;

namespace Provision.Core;

/// <summary>Opens SQLite files with the project's settings: readable by the owner only, WAL mode, and synced before a write returns.</summary>
public static class SqliteFile
{
    /// <summary>Creates the file, empty, if it is missing.</summary>
    public static void Make(string path)
    {
        if (!File.Exists(path))
        {
            var empty = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)FileModes.Private };
            new FileStream(path, empty).Dispose();
        }
    }

    /// <summary>Connects to an existing file; waits up to ten seconds while it is locked.</summary>
    public static SqliteConnection Connect(string path)
    {
        // Load the library first: the connection's type needs it as soon as it is touched.
        SqliteLibrary.Load();
        return ConnectLoaded(path);
    }

    /// <summary>Checks the file's integrity and switches it to WAL mode, in which readers never wait for the writer.</summary>
    /// <exception cref="StateLostException">The file is damaged.</exception>
    public static void Prepare(SqliteConnection connection, string damaged)
    {
        if (connection.Query("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
        {
            throw new StateLostException(damaged);
        }

        connection.Query("PRAGMA journal_mode = WAL", row => row.GetString(0));
    }

    private static SqliteConnection ConnectLoaded(string path)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 10 }.ToString();
        var opened = new SqliteConnection(text);
        try
        {
            opened.Open();
            opened.Run("PRAGMA synchronous = FULL");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
