namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Keys made by PuTTYgen 0.78 for these tests, in its formats; "correct horse" opens the encrypted ones.</summary>
internal static class PuttyFixtures
{
    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["ed25519-v2-plain"] = """
            PuTTY-User-Key-File-2: ssh-ed25519
            Encryption: none
            Comment: tester@example
            Public-Lines: 2
            AAAAC3NzaC1lZDI1NTE5AAAAIKu81b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPw
            qGg1
            Private-Lines: 1
            AAAAIEuZi06uI3HPIecVdGct4DHcSs+CSUspVxxGV13zCwwa
            Private-MAC: 84d9c9721e02b7ddb08c50fc7e082f58dd3b4072
            """,
        ["ed25519-v2"] = """
            PuTTY-User-Key-File-2: ssh-ed25519
            Encryption: aes256-cbc
            Comment: tester@example
            Public-Lines: 2
            AAAAC3NzaC1lZDI1NTE5AAAAIKu81b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPw
            qGg1
            Private-Lines: 1
            6kO1RmDiB00JboQK54xvS2Edckr+kVMdGYNKrc03uybrRVOdeRzL4P11gXYm98Z/
            Private-MAC: d84dc866e8ea7bd80949f0955c0885e482420bc1
            """,
        ["ed25519-v3-plain"] = """
            PuTTY-User-Key-File-3: ssh-ed25519
            Encryption: none
            Comment: tester@example
            Public-Lines: 2
            AAAAC3NzaC1lZDI1NTE5AAAAIKu81b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPw
            qGg1
            Private-Lines: 1
            AAAAIEuZi06uI3HPIecVdGct4DHcSs+CSUspVxxGV13zCwwa
            Private-MAC: 3a52f9143633f8e461fba070c5a7be785bf382233da08d870a1a9df8abddecb7
            """,
        ["ed25519-v3"] = """
            PuTTY-User-Key-File-3: ssh-ed25519
            Encryption: aes256-cbc
            Comment: tester@example
            Public-Lines: 2
            AAAAC3NzaC1lZDI1NTE5AAAAIKu81b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPw
            qGg1
            Key-Derivation: Argon2id
            Argon2-Memory: 256
            Argon2-Passes: 1
            Argon2-Parallelism: 1
            Argon2-Salt: 2a1212a530aada7462e9b54d4f84bc34
            Private-Lines: 1
            tZK2GcP2X46OIMuccs5KyuHzuBRngLAwXLnq8+ZeGuLoSPSx7uspMC4kEEL9SiAl
            Private-MAC: 4029b11157b0fa56109593f2e464474106a6f9b22b873bd95f81516628e510ff
            """,
        ["ecdsa256-v2"] = """
            PuTTY-User-Key-File-2: ecdsa-sha2-nistp256
            Encryption: aes256-cbc
            Comment: tester@example
            Public-Lines: 3
            AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJe5j5VUQ5f4
            TpuqSSriYNvDfm/WXEc9UcKODXhLvZu63XvjhEbwwSkCF0Qb4mcav8/VdlWimRf1
            0Sb/vGIfnMI=
            Private-Lines: 1
            Xl45eozWjVQnui6NsDC5LPxSlJiFaWJVNJtCdeANz9kdR+uH+moNXdlYSAV6WYYe
            Private-MAC: 7d181aebd7c1cfd69477d23f32685eca3c211683
            """,
        ["ecdsa521-v3-plain"] = """
            PuTTY-User-Key-File-3: ecdsa-sha2-nistp521
            Encryption: none
            Comment: tester@example
            Public-Lines: 4
            AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABhWIzR+Bsv
            dAe9ACZEcCdqNYrB5o1yGzLuTB1svymd95/yTN1DQrJjhvP7SnVVroIZRrqQLBh9
            QXM63xpnBSYR6QFPLixa1Wexztv8Hi/hgcdgjtthJ8xgIbv07b0WLOblAPrW0XX4
            OshtKqtzq4RUZPxa5bSh7VoZNpPufn9e1zTN3A==
            Private-Lines: 2
            AAAAQQ3oujN28C13wIswsu7UeywDWvfroNWyLD2sXXnLOatMUG2/Fh6A0bQlEuaz
            VrdbCQI34L54fvKUBOG79i4ATmS2
            Private-MAC: b265962342b289b22a0b2d76bc0c6fe78ef971d09ef1e498ded804330d8a3e68
            """,
        ["ecdsa521-v3"] = """
            PuTTY-User-Key-File-3: ecdsa-sha2-nistp521
            Encryption: aes256-cbc
            Comment: tester@example
            Public-Lines: 4
            AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABhWIzR+Bsv
            dAe9ACZEcCdqNYrB5o1yGzLuTB1svymd95/yTN1DQrJjhvP7SnVVroIZRrqQLBh9
            QXM63xpnBSYR6QFPLixa1Wexztv8Hi/hgcdgjtthJ8xgIbv07b0WLOblAPrW0XX4
            OshtKqtzq4RUZPxa5bSh7VoZNpPufn9e1zTN3A==
            Key-Derivation: Argon2id
            Argon2-Memory: 256
            Argon2-Passes: 1
            Argon2-Parallelism: 1
            Argon2-Salt: 4556b9dc8fd665eb02b9371ac76841b0
            Private-Lines: 2
            ibsjJ0fNa85GkfIEQMI05oQHQgspp5SwI23ABB+LEIKT8cQpTL1ojmHMC6N02Qdk
            za9C1apjruaty2u2gXyVgXExNkqtCFSjwO7Rlh+X9Ds=
            Private-MAC: 04c8bf45e5715ec61dbbdb328e5ff0cca08b541a23ff0d10109151381fbcdda8
            """,
        ["rsa-v2-plain"] = """
            PuTTY-User-Key-File-2: ssh-rsa
            Encryption: none
            Comment: tester@example
            Public-Lines: 6
            AAAAB3NzaC1yc2EAAAADAQABAAABAQC9DHzYNbRpYxbJZKvOVz3R97e4jZhIuD0W
            /NWh76mC4Dogz+TmpLNBA3hIXXIls0Eaq17EINh8DrWfCsVfRsDhcMR3GxkV/LgT
            zlz1X2G9OQqqDvIKt1Ydo0HFrtX+J/DtGQP4ohebWLm47KZYomb+Ox/QN3Mi6FDx
            Rp+Tk6zXSf08oqDQ28ZzhTn2WfCJAreJ5qnGBS9mI7S3NGssT0qaKaV3MbUtnYcm
            G5zKACZb4e2PXugdE5z+gVdB/PXU4TIeyqul3dEeVnc9oVExYd1OMx3gScCwTL5Q
            pRAv+/RixSk+4BhkOVbVqAewAxGu+brIBG2zBsVrg0OQ16rZaZVB
            Private-Lines: 14
            AAABAGgLiGZiYFGkJHVgv6HHqBF4OZgL7eUP6SdOrbD7Oxr5l2RZpsw9lx5P75I8
            Q8d1+X3ZFUXyIdNdMR5AClKemSc6LhazRkIwnYrhB45QGXXQAAuKQDIfpviW0msf
            B01i5BlJrELZyw5HbafWLtMXRoHjPmYVLnvmyi2QReEt5HFzp22hZBszIltAi7is
            JazKAIyLyvejtnCyUmeNI1uEI6ECKxmpp3EicjWNlWk4f/tUpZL1C8sVXQKBelsO
            zK5ZGECfV1MH+Gpk4ZhTtUh7JsyNrcG2thUvFuRqkF4HhFvzXHbYt0QUSluPqzkO
            V9xF5eQxOkrXLfu6mPN2+9e9l1UAAACBAOyXAPCeYPqExFgapIYvhdHlpJHnN1nB
            pKadCqPJw0JH7kxkqURiov31JqAKd453Mzuy5OySzSq4eczXHEQQOay59fmKJHBZ
            R45y3/pNKMy1OrykpQxR8PhvWeVcXivmfE0bCKpxxRwt08rD9nEKdlMWgZQK/2Zh
            +XKe+MaHx5fnAAAAgQDMjv+5mrKg9in32EKcW+rifIfvqO3boUTFBvQYDPKRtOVN
            2Gf4AHzQuE0Cxn1gub7AAJWO4/yPh8jOiuv+2JfGSALAeJQnz0bLkfHTRFHwikoI
            0QkWB/Hy1tQi84cN3g4ExZI2utzFtgRL9rEKt7TotEOddkAo3qatSyhkN8mklwAA
            AIBRjiIXsU9Pju4LgaWnDGcr+lVCkDqNZJOjhKtVIsy/jgQjfyPYtb5anO9JCWCf
            oXuG5+TN8kEzpYnf2XLSJ9sEFK3X6ktDoB+5MkVgW/BobJC6DmY8auyenHxVdD3a
            d1fDdmvRgbH9J1zy0ZkTnPtbG8Tl5xH9Oh9hXU2KPjpxZA==
            Private-MAC: cbbcc53032a82ec1b56da58e4a89b6ab619d99bf
            """,
        ["rsa-v3"] = """
            PuTTY-User-Key-File-3: ssh-rsa
            Encryption: aes256-cbc
            Comment: tester@example
            Public-Lines: 6
            AAAAB3NzaC1yc2EAAAADAQABAAABAQC9DHzYNbRpYxbJZKvOVz3R97e4jZhIuD0W
            /NWh76mC4Dogz+TmpLNBA3hIXXIls0Eaq17EINh8DrWfCsVfRsDhcMR3GxkV/LgT
            zlz1X2G9OQqqDvIKt1Ydo0HFrtX+J/DtGQP4ohebWLm47KZYomb+Ox/QN3Mi6FDx
            Rp+Tk6zXSf08oqDQ28ZzhTn2WfCJAreJ5qnGBS9mI7S3NGssT0qaKaV3MbUtnYcm
            G5zKACZb4e2PXugdE5z+gVdB/PXU4TIeyqul3dEeVnc9oVExYd1OMx3gScCwTL5Q
            pRAv+/RixSk+4BhkOVbVqAewAxGu+brIBG2zBsVrg0OQ16rZaZVB
            Key-Derivation: Argon2id
            Argon2-Memory: 256
            Argon2-Passes: 1
            Argon2-Parallelism: 1
            Argon2-Salt: 6b580683f471c2f707114a8a623e1bec
            Private-Lines: 14
            7fpWgxLb/WHyBpkn9naOGTi+4DDIJLGw4XoMyjdYTxPplBlnNpPqbJM2BDNjL1Nd
            VTgRPVfYoR17PwDKcFkC3RgoIL/IV6CjwzjDRavE7iQ+hUgrs4FnHdk/tj4F5oIk
            93Zc/6dFgOtb7rcTsB3K/hgaWTovsrOFaQd55sA8DUAf2e/Kyg3Vbi8iGZJzSJeZ
            9HHg1U8m9nnEtXvx7Bn0AZmyApoXlBg0ywBy9uc/LSKS8YBH8frY3s4ixWMv9j10
            vF42j1BaDllK692N9LRzPXvQ7UBKSsqIr4SXLFaPJbBDgexuBlc1yM4soDz7aKle
            NuVuIKy7qXI4OedGZFj/RpVTkA2NTBtTRWeVtJQfu28PAnEgUoykV5EQl46SmlK9
            DIl3KawVx8dSS5QrHW/I1jHWseIlC4Tcay90J7EFViLBclxV7X3dcdzoUkFYv4d4
            kyzvjWW4m5BSWpH+3xbh6Wa2z7iHlwurdFilJ+Hi2dkyp1l1irl4bAdSVc/kAPo7
            n++NxLN1BUq9MqV+zLH5m35jSqGVvJd4A/K+/tMCFxpN8UIa2ToO9UYxjR+KMul3
            Ojf4LgUYCj81CSuiYlUhX3rQ4q46gioibV82saQ2BUCeA1apmLFR3T/Q/y5qtma1
            oMMtBt2+dHVfG1WQTP63EneeOG3/B7f8+WJzbdOHV3Ya1r+O3PQN94oRZHYF9EyA
            bl1WjLsbjJQf5o97bfRHH6ExTvD/ROmewRpIjWsrE1z8ldYN6jZseV1+sWWeQS+6
            AHaLRFLSTHTckbIgE/Ol9ply+PJYVx8K8AuwbaarxOGqVwkNLpRJBZ+hI84SyhHl
            ebb3Hmm+8DFAHCWtgQ6JN6DCeEebtCsxk392jOwBwGYO98nUUijdNmMpRCTDFgVj
            Private-MAC: e59ee3dedb60ea449a8a97c689f24de30cc1bac0c7edf6836cf92e1b7bcbb502
            """,
    };

    /// <summary>The public halves, as PuTTYgen printed them.</summary>
    public static IReadOnlyDictionary<string, string> PublicLines { get; } = new Dictionary<string, string>
    {
        ["ed25519"] =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKu81b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPwqGg1 tester@example",
        ["ecdsa256"] =
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJe5j5VUQ5f4TpuqSSriYNvDfm/WXEc9UcKODXhLvZu63XvjhEbwwSkCF0Qb4mcav8/VdlWimRf10Sb/vGIfnMI= tester@example",
        ["ecdsa521"] =
            "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABhWIzR+BsvdAe9ACZEcCdqNYrB5o1yGzLuTB1svymd95/yTN1DQrJjhvP7SnVVroIZRrqQLBh9QXM63xpnBSYR6QFPLixa1Wexztv8Hi/hgcdgjtthJ8xgIbv07b0WLOblAPrW0XX4OshtKqtzq4RUZPxa5bSh7VoZNpPufn9e1zTN3A== tester@example",
        ["rsa"] =
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC9DHzYNbRpYxbJZKvOVz3R97e4jZhIuD0W/NWh76mC4Dogz+TmpLNBA3hIXXIls0Eaq17EINh8DrWfCsVfRsDhcMR3GxkV/LgTzlz1X2G9OQqqDvIKt1Ydo0HFrtX+J/DtGQP4ohebWLm47KZYomb+Ox/QN3Mi6FDxRp+Tk6zXSf08oqDQ28ZzhTn2WfCJAreJ5qnGBS9mI7S3NGssT0qaKaV3MbUtnYcmG5zKACZb4e2PXugdE5z+gVdB/PXU4TIeyqul3dEeVnc9oVExYd1OMx3gScCwTL5QpRAv+/RixSk+4BhkOVbVqAewAxGu+brIBG2zBsVrg0OQ16rZaZVB tester@example",
    };

    /// <summary>The Ed25519 key, exported by PuTTYgen in OpenSSH's format: it pads with more than a block.</summary>
    public static string OpenSshExport =>
        """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBT
        OPFbQP2bNurH+5PoyevEAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKu8
        1b/4ghQEspT2DGEGCT5a7mprnar0wqcHSSPwqGg1AAAAoKK0bbDGajqn0oDA27ak
        /WcJu7zK+H2WFUMle83EB/P2ir+f3YXQAb2GFfkHtrvBBo3qTjLzIZ5n6zYivMAd
        SJ64j1HtVREaKa+nvlxbKEMvcMbmpPH098eW/Qo01e8f4k7vmpFSzUfAnpWoxcqs
        2K6ynT5kouJWdkRELOplY/RUFRrlQ6MxHkmvN5NrciVUcvSdQJBfNoqNgJNMhBzd
        nK4=
        -----END OPENSSH PRIVATE KEY-----
        """;
}
