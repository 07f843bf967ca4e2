namespace Provision.Templating;

/// <summary>
/// An object with named members that templates can read. Models implement the two first members; whoever wants
/// templates to write implements the others, which refuse by default.
/// </summary>
public interface IScriptObject
{
    /// <summary>The names of all members, in the order in which they are listed and printed.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>Reads a member.</summary>
    /// <param name="name">The member's name; compared exactly.</param>
    /// <param name="value">Its value; null where there is no such member or its value is null.</param>
    /// <returns>True when there is such a member.</returns>
    bool TryGetValue(string name, out object? value);

    /// <summary>How many members there are.</summary>
    int Count => Keys.Count();

    /// <summary>True when a template may set or remove this member.</summary>
    /// <param name="name">The member's name.</param>
    bool CanWrite(string name) => false;

    /// <summary>Sets a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="value">Its new value.</param>
    /// <exception cref="InvalidOperationException">The member cannot be written.</exception>
    void SetValue(string name, object? value) => throw new InvalidOperationException($"\"{name}\" cannot be set");

    /// <summary>Forbids or allows writing a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="readOnly">True to forbid.</param>
    void SetReadOnly(string name, bool readOnly)
    {
    }
}
