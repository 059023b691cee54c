"""What opens sealed messages: ciphers and checksums of Kerberos, GSS-API, NTLM and SMB 3. Imported only when there are keys."""
